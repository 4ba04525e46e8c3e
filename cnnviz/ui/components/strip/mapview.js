// One map, enlarged: its cells, the zeros around it, the marked window, and the cell that is pointed at.
const LARGEST_PRINTED = 8; // Up to so many columns the numbers fit into the cells,
const LARGEST_ENLARGED = 16; // and up to so many when the map takes a row of its own.
const PRINTED_CELL = 3; // Its cells are then so many rem wide,
const BESIDE = 29; // and what stands beside it needs so many rem.

function mapView({ label, onPoint = null, onPin = () => {}, onRelease = () => {} }) {
  const element = el("div", "stage");
  const caption = el("div", "caption");
  const box = el("div", "map");
  const canvas = el("canvas", "", "", { role: "img" });
  const numbers = el("div", "printed", "", { "aria-hidden": "true" });
  const mark = el("div", "mark");
  const readout = el("div", "readout");
  box.append(canvas, numbers, mark);
  element.append(caption, box, readout);
  const larger = el("button", "larger", "Numbers in the cells", { type: "button", "aria-pressed": "false" });
  if (onPoint) element.append(larger);
  let shown = null;
  let repaint = () => {};
  let cell = { row: 0, column: 0 };

  function cellUnder(event) {
    const area = canvas.getBoundingClientRect();
    const row = Math.floor(((event.clientY - area.top) / area.height) * shown.rows);
    const column = Math.floor(((event.clientX - area.left) / area.width) * shown.columns);
    if (row < 0 || column < 0 || row >= shown.rows || column >= shown.columns) return null;
    return { row, column };
  }

  if (onPoint) {
    box.classList.add("interactive");
    box.tabIndex = 0;
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", label);
    box.addEventListener("pointermove", (event) => {
      const hit = event.pointerType === "mouse" && cellUnder(event);
      if (hit && (hit.row !== cell.row || hit.column !== cell.column)) onPoint(hit, false);
    });
    box.addEventListener("click", (event) => {
      const hit = cellUnder(event);
      if (hit) onPin(hit);
    });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") return onRelease();
      const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
      if (!step) return;
      event.preventDefault();
      const inside = (value, count) => Math.max(0, Math.min(count - 1, value));
      onPoint({ row: inside(cell.row + step[0], shown.rows), column: inside(cell.column + step[1], shown.columns) }, true);
    });
  }

  larger.addEventListener("click", () => {
    const large = element.classList.toggle("large");
    larger.setAttribute("aria-pressed", String(large));
    repaint();
  });

  function paint(view, layer, channel, pads = { top: 0, bottom: 0, left: 0, right: 0 }) {
    shown = { rows: layer.rows, columns: layer.columns, pads };
    const tiles = { ...mapTiles(view, layer), count: 1, start: channel, limit: () => limitOf(view, layer, channel) };
    canvas.width = layer.columns;
    canvas.height = layer.rows;
    const image = new ImageData(layer.columns, layer.rows);
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < pixels.length; i++) {
      const value = layer.values[channel + i * layer.channels];
      pixels[i] = tiles.colours[colourIndex(value, tiles.limit(), layer.signed)];
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
    const height = layer.rows + pads.top + pads.bottom;
    const width = layer.columns + pads.left + pads.right;
    box.style.aspectRatio = `${width} / ${height}`;
    canvas.style.left = `${(100 * pads.left) / width}%`;
    canvas.style.top = `${(100 * pads.top) / height}%`;
    canvas.style.width = `${(100 * layer.columns) / width}%`;
    canvas.style.height = `${(100 * layer.rows) / height}%`;
    box.classList.toggle("single", layer.flat);
    box.classList.toggle("padded", height > layer.rows || width > layer.columns);
    const owner = layer.kind === "input" ? view.model.picture : layer.name;
    const [low, high] = lowAndHigh(layer, channel);
    canvas.setAttribute("aria-label",
      `${layer.flat ? "Unit" : "Channel"} ${channel} of ${owner}, ${layer.rows} × ${layer.columns}, `
      + `from ${readable(low)} to ${readable(high)}`);
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const wide = layer.columns * PRINTED_CELL;
    const possible = layer.columns > LARGEST_PRINTED && layer.columns <= LARGEST_ENLARGED && wide * rem <= view.width;
    element.classList.toggle("beside", (wide + BESIDE) * rem <= view.width);
    larger.hidden = !possible;
    if (!possible) element.classList.remove("large");
    element.style.setProperty("--printed-width", `${wide}rem`);
    repaint = () => print(layer, channel, tiles);
    repaint();
  }

  function print(layer, channel, tiles) {
    numbers.hidden = !onPoint || (layer.columns > LARGEST_PRINTED && !element.classList.contains("large"));
    if (numbers.hidden) return numbers.replaceChildren();
    numbers.style.gridTemplateColumns = `repeat(${layer.columns}, 1fr)`;
    while (numbers.children.length > layer.rows * layer.columns) numbers.lastChild.remove();
    while (numbers.children.length < layer.rows * layer.columns) numbers.append(el("span"));
    for (let i = 0; i < numbers.children.length; i++) {
      const value = layer.values[channel + i * layer.channels];
      setText(numbers.children[i], compact(value));
      numbers.children[i].style.color = inkOn(tiles.colours[colourIndex(value, tiles.limit(), layer.signed)]);
    }
  }

  // Outlines a window, given in cells of the map; it may reach into the padding.
  function outline({ row, column, height, width }) {
    const { rows, columns, pads } = shown;
    const down = rows + pads.top + pads.bottom;
    const across = columns + pads.left + pads.right;
    cell = { row, column };
    mark.style.left = `${(100 * (column + pads.left)) / across}%`;
    mark.style.top = `${(100 * (row + pads.top)) / down}%`;
    mark.style.width = `${(100 * width) / across}%`;
    mark.style.height = `${(100 * height) / down}%`;
  }

  return { element, box, caption, readout, paint, outline };
}

function lowAndHigh(layer, channel) {
  let low = Infinity, high = -Infinity;
  for (let i = channel; i < layer.values.length; i += layer.channels) {
    low = Math.min(low, layer.values[i]);
    high = Math.max(high, layer.values[i]);
  }
  return [low, high];
}
