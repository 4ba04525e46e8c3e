// What stands between input and output: which channel is looked at, its kernel, and small windows as numbers.
const MOST_CHIPS = 6; // Channels that are chosen by name; more are chosen by the picture of their kernels.
const LARGEST_WINDOW = 121; // Cells that are printed one by one.
const SMALL = { convolution: 3, pooling: 5 }; // Up to so many cells across, the numbers stand between the maps.
let chipGroups = 0;

// How wide a printed cell is, its letters, and its decimals, for so many columns.
function printSize(columns) {
  if (columns <= 3) return { cell: 58, high: 40, font: "1rem", decimals: 3 };
  if (columns <= 5) return { cell: 50, high: 38, font: "1rem", decimals: 2 };
  if (columns <= 7) return { cell: 44, high: 36, font: "1rem", decimals: 2 };
  return { cell: 34, high: 28, font: "0.8125rem", decimals: 2 };
}

// Window × kernel = products; a pooling has its window only.
function arithmeticGrids(scene) {
  const element = el("div", "arithmetic");
  const pooled = scene.pooling !== null;
  const names = pooled ? ["window"] : ["window", "kernel", "products"];
  const grids = names.map(numberGrid);
  const size = printSize(scene.columns.window);
  element.style.setProperty("--cell", `${size.cell}px`);
  element.style.setProperty("--cell-height", `${size.high}px`);
  element.style.setProperty("--cell-font", size.font);
  grids.forEach((grid, i) => {
    const pair = el("div", "pair");
    pair.append(el("span", "times", ["", "×", "="][i]), grid.element);
    element.append(pair);
  });

  // `input` and `kernel` are colour scales; `channel` of the input, `map` of the output.
  function set({ row, column, channel, map, input, kernel, winner }) {
    const cells = grids.map(() => []);
    const text = (value) => cellText(value, size.decimals);
    eachCell(scene, row, column, (offset, r, c, inside) => {
      const value = inside ? cellOf(scene.input, r, c, channel) : 0;
      cells[0].push({
        text: inside || !pooled ? text(value) : "–",
        colour: inside ? packedColour(input, value) : null,
        note: !inside ? "padding" : offset === winner ? "winner" : "",
      });
      if (pooled) return;
      const weight = kernelAt(scene, offset, channel, map);
      cells[1].push({ text: text(weight), colour: packedColour(kernel, weight), note: "" });
      cells[2].push({ text: text(value * weight), colour: null, note: inside ? "" : "padding" });
    });
    grids.forEach((grid, i) => grid.set(scene.columns.window, cells[i]));
  }
  return { element, set };
}

function channelChips(names, onSelect) {
  const element = el("fieldset", "chips");
  const row = el("div", "choices");
  const group = `channel${chipGroups++}`;
  const radios = names.map((name, channel) => {
    const label = el("label");
    const radio = el("input", "", "", { type: "radio", name: group });
    radio.addEventListener("change", () => onSelect(channel));
    label.append(radio, el("span", "", name));
    row.append(label);
    return radio;
  });
  element.append(el("legend", "", "Channel"), row);
  return { element, select: (channel) => { radios[channel].checked = true; } };
}

// A kernel as coloured cells, where its numbers stand below the maps.
function kernelPicture() {
  const canvas = el("canvas", "kernelpicture", "", { role: "img" });
  function paint(scene, channel, map, scale) {
    canvas.width = scene.columns.window;
    canvas.height = scene.rows.window;
    const image = new ImageData(canvas.width, canvas.height);
    new Uint32Array(image.data.buffer).set(Array.from({ length: scene.cells }, (_, offset) =>
      packedColour(scale, kernelAt(scene, offset, channel, map))));
    canvas.getContext("2d").putImageData(image, 0, 0);
    canvas.style.aspectRatio = `${canvas.width} / ${canvas.height}`;
    canvas.setAttribute("aria-label", `Kernel, ${scene.rows.window} × ${scene.columns.window}, `
      + `largest weight ${readable(scale.limit)}`);
  }
  return { element: canvas, paint };
}

function kernelScale(view, map) {
  const { kernels, output } = view.scene;
  let limit = 0;
  for (let i = map; i < kernels.length; i += output.count) limit = Math.max(limit, Math.abs(kernels[i]));
  return { limit, signed: true, colours: view.palettes.signed };
}

function poolingRule({ pooling, rows, columns }) {
  const rule = { max: "Largest", average: "Average", sum: "Sum" }[pooling];
  return `${rule} of ${rows.window} × ${columns.window}`;
}

function operationPanel(view, onChannel) {
  const { scene } = view;
  const { input, rows, columns } = scene;
  const element = el("div", "operation");
  const caption = el("div", "caption");
  element.append(caption);
  const grids = scene.cells <= LARGEST_WINDOW ? arithmeticGrids(scene) : null;
  const most = scene.pooling ? SMALL.pooling : SMALL.convolution;
  const small = grids && Math.max(rows.window, columns.window) <= most;
  let [chips, board, picture, legend] = [null, null, null, null];
  const montage = document.createElement("canvas");
  if (scene.kernels) {
    if (input.count > 1 && input.count <= MOST_CHIPS) chips = channelChips(input.names, onChannel);
    if (input.count > MOST_CHIPS) {
      const label = `Kernels, one for each of ${input.count} channels`;
      board = tileBoard({ label, noun: "Channel", onSelect: onChannel });
    }
    if (!small) picture = kernelPicture();
    legend = colourBar("small");
  }
  element.append(...[chips, board, picture, small ? grids : null, legend].filter(Boolean).map((part) => part.element));
  let scale = null;

  function paint(map, width) {
    if (scene.pooling) return setText(caption, poolingRule(scene));
    const name = scene.output.count > 1 ? ` · ${named("map", scene.mapNames[map])}` : "";
    setText(caption, `Kernel · ${rows.window} × ${columns.window}${name}`);
    scale = kernelScale(view, map);
    legend.paint({ ...scale, meaning: "weights" });
    if (!board) return undefined;
    const tiles = {
      count: input.count, rows: rows.window, columns: columns.window, values: scene.kernels, start: map,
      tileStep: scene.output.count, cellStep: input.count * scene.output.count, signed: true, colours: scale.colours,
      limit: () => scale.limit,
    };
    const place = paintMontage(montage, tiles, Math.ceil(Math.sqrt(input.count)));
    board.arrange({
      count: input.count, rows: rows.window, columns: columns.window, width, height: 200, largest: 60,
      names: scene.channelNames, numbered: false,
    });
    return board.paint(montage, place, `Kernels of ${input.count} channels, largest weight ${readable(scale.limit)}`);
  }

  function point({ row, column, channel, map, winner }) {
    (chips ?? board)?.select(channel);
    picture?.paint(scene, channel, map, scale);
    grids?.set({ row, column, channel, map, winner, input: scaleOf(view, "input", channel), kernel: scale });
  }
  return { element, below: small ? null : grids, printed: Boolean(grids), paint, point };
}
