// One tile: the picture as it is at this share, the probability, and its whole curve with the place on it.
const CURVE = { width: 120, height: 44, margin: 5 };
const SVG = "http://www.w3.org/2000/svg";

function svgElement(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function removalTile() {
  const element = el("li", "part");
  const title = el("div", "caption");
  const canvas = el("canvas", "", "", { role: "img" });
  const value = el("div", "value");
  const svg = svgElement("svg", { viewBox: `0 0 ${CURVE.width} ${CURVE.height}`, "aria-hidden": "true" });
  const line = svgElement("polyline", { class: "line" });
  const floor = svgElement("line", {
    class: "floor", x1: 0, x2: CURVE.width, y1: CURVE.height - CURVE.margin, y2: CURVE.height - CURVE.margin,
  });
  const dot = svgElement("circle", { class: "dot", r: 4.5 });
  svg.append(floor, line, dot);
  element.append(title, canvas, value, svg);

  const place = (probability, share) => [
    CURVE.margin + share * (CURVE.width - 2 * CURVE.margin),
    CURVE.height - CURVE.margin - probability * (CURVE.height - 2 * CURVE.margin),
  ];

  function paint(view, number) {
    const { header, mode, step } = view;
    const tile = header.tiles[number];
    const curve = tile[mode];
    const share = step / header.steps;
    setText(title, tile.title);
    title.title = title.textContent;
    element.classList.toggle("control", tile.control);
    const [rows, columns] = view.picture.shape;
    canvas.width = columns;
    canvas.height = rows;
    const context = canvas.getContext("2d");
    const image = context.createImageData(columns, rows);
    const ranks = view.array(`ranks_${number}`).values;
    for (let cell = 0; cell < ranks.length; cell++) {
      const first = ranks[cell] < share;
      for (let c = 0; c < 3; c++) {
        const whole = view.picture.values[3 * cell + c];
        image.data[4 * cell + c] = mode === "gone" ? (first ? header.mean[c] : whole) : first ? whole : view.blurred.values[3 * cell + c];
      }
      image.data[4 * cell + 3] = 255;
    }
    context.putImageData(image, 0, 0);
    const all = `${Math.round(100 * share)}\u00a0%`;
    const said = mode === "gone" ? `The picture without the ${all} of its pixels that come first` : `The blurred picture with the ${all} of its pixels that come first`;
    canvas.setAttribute("aria-label", `${said} by ${tile.title}`);
    setText(value, percent(curve[step]));
    line.setAttribute("points", curve.map((one, index) => place(one, index / header.steps).join(",")).join(" "));
    const [x, y] = place(curve[step], share);
    dot.setAttribute("cx", x);
    dot.setAttribute("cy", y);
  }

  return { element, paint };
}
