// The picture, the heat over it, an opacity slider, cells or interpolated, and the value under the pointer.
const overlays = new WeakMap();

function buildOverlay(root) {
  root.innerHTML = `
    <div class="frame" tabindex="0" role="img">
      <canvas class="picture"></canvas><canvas class="heat"></canvas><div class="cell" hidden></div>
    </div>
    <p class="reading" aria-live="polite"></p>
    <div class="legend"><span class="low">0</span><span class="ground"><canvas class="bar" width="256" height="1"></canvas></span><span class="high"></span></div>
    <p class="note"></p>
    <label class="opacity">Opacity of the heat <input type="range" min="0" max="100" step="1" value="75"></label>
    <label class="smooth"><input type="checkbox"> Interpolated between cells</label>`;
  const find = (selector) => root.querySelector(selector);
  const state = {
    frame: find(".frame"), picture: find(".picture"), heat: find(".heat"), cell: find(".cell"),
    reading: find(".reading"), legend: find(".legend"), bar: find(".bar"), high: find(".high"), note: find(".note"),
    opacity: find(".opacity input"), smooth: find(".smooth input"), row: 0, column: 0,
  };
  // The legend shows the colours as they are over black, the ground of a prepared drawing.
  const applyOpacity = () => { state.heat.style.opacity = state.bar.style.opacity = state.opacity.value / 100; };
  state.opacity.addEventListener("input", applyOpacity);
  applyOpacity();
  state.smooth.addEventListener("change", () => paintHeat(state));
  state.frame.addEventListener("pointermove", (event) => pointAt(state, event));
  state.frame.addEventListener("pointerdown", (event) => pointAt(state, event));
  state.frame.addEventListener("pointerleave", () => readCell(state, false));
  state.frame.addEventListener("blur", () => readCell(state, false));
  state.frame.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step || !state.grid) return;
    event.preventDefault();
    const [rows, columns] = state.grid.shape;
    state.row = Math.max(0, Math.min(rows - 1, state.row + step[0]));
    state.column = Math.max(0, Math.min(columns - 1, state.column + step[1]));
    readCell(state, true);
  });
  return state;
}

function paintPicture(state) {
  const { shape, values } = state.source;
  const [height, width, channels = 1] = shape;
  state.picture.width = width;
  state.picture.height = height;
  const context = state.picture.getContext("2d");
  const image = context.createImageData(width, height);
  for (let cell = 0; cell < width * height; cell++) {
    for (let c = 0; c < 3; c++) image.data[4 * cell + c] = values[channels * cell + (channels === 3 ? c : 0)];
    image.data[4 * cell + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  state.frame.style.aspectRatio = `${width} / ${height}`;
}

function paintHeat(state) {
  const { shape, values } = state.smooth.checked ? state.heatmap : state.grid;
  state.heat.width = shape[1];
  state.heat.height = shape[0];
  const context = state.heat.getContext("2d");
  context.putImageData(paintCells(context.createImageData(shape[1], shape[0]), values, 0, 1, 1, false, state.table), 0, 0);
}

function pointAt(state, event) {
  const box = state.frame.getBoundingClientRect();
  const [rows, columns] = state.grid.shape;
  state.row = Math.max(0, Math.min(rows - 1, Math.floor(((event.clientY - box.top) / box.height) * rows)));
  state.column = Math.max(0, Math.min(columns - 1, Math.floor(((event.clientX - box.left) / box.width) * columns)));
  readCell(state, true);
}

function readCell(state, shown) {
  state.cell.hidden = !shown;
  if (!shown) {
    state.reading.textContent = `${state.grid.shape[0]} × ${state.grid.shape[1]} cells`;
    return;
  }
  const [rows, columns] = state.grid.shape;
  Object.assign(state.cell.style, {
    top: `${(100 * state.row) / rows}%`, left: `${(100 * state.column) / columns}%`,
    height: `${100 / rows}%`, width: `${100 / columns}%`,
  });
  const value = state.grid.values[state.row * columns + state.column] * state.header.largest;
  state.reading.textContent = `row ${state.row} · column ${state.column} · ${readable(value)}`;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  if (!overlays.has(parentElement)) overlays.set(parentElement, buildOverlay(root));
  const state = overlays.get(parentElement);
  const { header, array } = unpack(data);
  Object.assign(state, { header, source: array("picture"), heatmap: array("heatmap"), grid: array("grid") });
  state.table = colourTable(header.stops);
  state.frame.setAttribute("aria-label", header.alt);
  state.row = Math.min(state.row, state.grid.shape[0] - 1);
  state.column = Math.min(state.column, state.grid.shape[1] - 1);
  state.legend.hidden = Boolean(header.empty);
  state.note.textContent = header.empty;
  state.high.textContent = readable(header.largest);
  const bar = state.bar.getContext("2d");
  const ramp = Float32Array.from({ length: 256 }, (_, i) => i / 255);
  bar.putImageData(paintCells(bar.createImageData(256, 1), ramp, 0, 1, 1, false, state.table), 0, 0);
  paintPicture(state);
  paintHeat(state);
  readCell(state, !state.cell.hidden);
}
