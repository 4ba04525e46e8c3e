// One picture or map: its cells, what is marked in it, the number there, and its scale.
function panelBox(view, number, onPoint, onLeave) {
  const element = el("section", "panel");
  const caption = el("div", "caption");
  const frame = el("div", "frame");
  const canvas = el("canvas", "", "", { role: "img" });
  const mark = el("div", "mark");
  const readout = el("div", "readout");
  const legend = colourBar("small");
  frame.append(canvas, mark);
  element.append(caption, frame, readout, legend.element);
  let panel = null;
  let values = null;

  // The cell of the selected map that lies under the pointer, or whose field's middle is nearest to it.
  function cellUnder(event) {
    const box = frame.getBoundingClientRect();
    const y = ((event.clientY - box.top) / box.height) * panel.rows;
    const x = ((event.clientX - box.left) / box.width) * panel.columns;
    if (y < 0 || x < 0 || y >= panel.rows || x >= panel.columns) return null;
    if (!panel.fields) return { row: Math.floor(y), column: Math.floor(x) };
    const nearest = ({ first, last }, at) => {
      let best = 0;
      const far = (i) => (first[i] > last[i] ? Infinity : Math.abs((first[i] + last[i] + 1) / 2 - at));
      for (let i = 1; i < first.length; i++) if (far(i) < far(best)) best = i;
      return best;
    };
    return { row: nearest(panel.fields.rows, y), column: nearest(panel.fields.columns, x) };
  }

  const links = () => Boolean(panel.fields || panel.own || (panel.rows === view.rows && panel.columns === view.columns));
  for (const kind of ["pointermove", "pointerdown"]) {
    frame.addEventListener(kind, (event) => {
      const hit = links() && cellUnder(event);
      if (hit) onPoint(hit, false);
    });
  }
  frame.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && onLeave());
  frame.addEventListener("keydown", (event) => {
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    if (!step || !panel.own) return;
    event.preventDefault();
    const inside = (value, count) => Math.max(0, Math.min(count - 1, value));
    onPoint({ row: inside(view.cell.row + step[0], view.rows), column: inside(view.cell.column + step[1], view.columns) }, true);
  });

  function paint(given, array) {
    panel = given;
    values = panel.kind === "picture" ? array.values : floats(array);
    setText(caption, panel.title);
    const { rows, columns } = panel;
    canvas.width = columns;
    canvas.height = rows;
    const image = new ImageData(columns, rows);
    if (panel.kind === "picture") paintPixels(image, values, array.shape[2] ?? 1);
    else {
      const pixels = new Uint32Array(image.data.buffer);
      const colours = panel.signed ? view.palettes.signed : view.palettes.plain;
      for (let i = 0; i < pixels.length; i++) pixels[i] = colours[colourIndex(values[i], panel.limit, panel.signed)];
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
    frame.style.aspectRatio = `${columns} / ${rows}`;
    frame.classList.toggle("linked", links());
    legend.element.hidden = panel.kind === "picture";
    mark.hidden = !links() || (panel.kind === "picture" && !panel.fields);
    let alt = `${panel.title}, ${rows} × ${columns}`;
    if (panel.kind !== "picture") {
      let [low, high] = [Infinity, -Infinity];
      for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
      alt += `, from ${readable(low)} to ${readable(high)}`;
      legend.paint({
        limit: panel.limit, signed: panel.signed, colours: panel.signed ? view.palettes.signed : view.palettes.plain,
        meaning: panel.signed ? "blue: negative, orange: positive" : "dark: 0, bright: large",
      });
    }
    canvas.setAttribute("aria-label", alt);
    if (panel.own) {
      frame.tabIndex = 0;
      frame.setAttribute("role", "application");
      frame.setAttribute("aria-label", `Cells of ${view.name}: arrow keys move`);
    }
    readout.classList.toggle("long", Boolean(panel.fields));
  }

  function paintPixels(image, pixels, channels) {
    for (let cell = 0; cell < image.width * image.height; cell++) {
      for (let c = 0; c < 3; c++) image.data[4 * cell + c] = pixels[channels * cell + (channels === 3 ? c : 0)];
      image.data[4 * cell + 3] = 255;
    }
  }

  function point({ row, column }) {
    const { rows, columns, fields } = panel;
    if (fields) {
      const field = fieldOf(fields, row, column);
      mark.hidden = !field;
      if (field) place(field);
      return setText(readout, seesWords(fields, row, column, panel));
    }
    if (!links() || panel.kind === "picture") return setText(readout, `${rows} × ${columns}`);
    place({ top: row, left: column, height: 1, width: 1 });
    return setText(readout, `row ${row} · column ${column} · ${readable(values[row * columns + column])}`);
  }

  function place({ top, left, height, width }) {
    Object.assign(mark.style, {
      top: `${(100 * top) / panel.rows}%`, left: `${(100 * left) / panel.columns}%`,
      height: `${(100 * height) / panel.rows}%`, width: `${(100 * width) / panel.columns}%`,
    });
  }

  const peak = () => {
    const at = values.indexOf(values.reduce((best, value) => Math.max(best, value), -Infinity));
    return { row: Math.floor(at / panel.columns), column: at % panel.columns };
  };
  return { element, paint, point, peak, get readout() { return readout.textContent; } };
}
