// The partial sums: what each channel of the input brings to the marked cell, and how that adds up.
function partsBox(view) {
  const element = el("section", "parts", "", { role: "region", "aria-label": "What each channel brings" });
  const heading = el("div", "gridheading");
  const equation = equationLine();
  const list = el("div", "channels", "", { role: "list" });
  const legend = colourBar();
  element.append(heading, equation.element, list, legend.element);
  let tiles = [];
  let arrays = null;

  function paint(brought, array) {
    element.hidden = !brought;
    if (!brought) return;
    arrays = Object.fromEntries(["kernels", "shown", "rest", "total", "result"].map((name) => [name, floats(array(name))]));
    const [height, width] = brought.size;
    const largest = (values) => values.reduce((limit, value) => Math.max(limit, Math.abs(value)), 0);
    const limits = { kernels: largest(arrays.kernels), shown: largest(arrays.shown) };
    while (tiles.length > brought.names.length) tiles.pop().tile.remove();
    while (tiles.length < brought.names.length) tiles.push(build());
    brought.names.forEach((name, i) => {
      const { kernel, map, frame, title } = tiles[i];
      setText(title, name);
      draw(kernel, height, width, arrays.kernels, i, limits.kernels);
      draw(map, view.rows, view.columns, arrays.shown, i, limits.shown);
      frame.style.aspectRatio = `${view.columns} / ${view.rows}`;
      kernel.style.aspectRatio = `${width} / ${height}`;
    });
    legend.paint({
      limit: limits.shown, signed: true, colours: view.palettes.signed,
      meaning: `what a channel brings, one scale for all; kernels have theirs, up to ±${readable(limits.kernels)}`,
    });
    const others = brought.others ? ` The ${plural(brought.others, "channel")} that bring less are added up in one term.` : "";
    setText(heading, `${brought.names.length > 1 ? "Each channel: its kernel, what it brings to the map, and to the marked cell. The one that brings most comes first." : "The kernel, and what it brings."}${others}`);
  }

  function build() {
    const tile = el("div", "channel", "", { role: "listitem" });
    const [title, value] = [el("div", "name"), el("div", "value")];
    const kernel = el("canvas", "kernel", "", { "aria-hidden": "true" });
    const frame = el("div", "thumb");
    const map = el("canvas", "", "", { "aria-hidden": "true" });
    frame.append(map, el("div", "mark"));
    const pictures = el("div", "pictures");
    pictures.append(kernel, frame);
    tile.append(title, pictures, value);
    list.append(tile);
    return { tile, kernel, frame, map, title, value };
  }

  function draw(canvas, rows, columns, values, number, limit) {
    canvas.width = columns;
    canvas.height = rows;
    const image = new ImageData(columns, rows);
    const pixels = new Uint32Array(image.data.buffer);
    const from = number * rows * columns;
    for (let i = 0; i < pixels.length; i++) pixels[i] = view.palettes.signed[colourIndex(values[from + i], limit, true)];
    canvas.getContext("2d").putImageData(image, 0, 0);
  }

  function point({ row, column }) {
    const { brought } = view;
    if (!brought) return;
    const at = row * view.columns + column;
    const size = view.rows * view.columns;
    const style = element.style;
    style.setProperty("--x", `${(100 * column) / view.columns}%`);
    style.setProperty("--y", `${(100 * row) / view.rows}%`);
    style.setProperty("--w", `${100 / view.columns}%`);
    style.setProperty("--h", `${100 / view.rows}%`);
    tiles.forEach(({ tile, value }, i) => {
      const number = readable(arrays.shown[i * size + at]);
      setText(value, number);
      tile.setAttribute("aria-label", `${brought.names[i]} brings ${number}`);
    });
    let sum = 0;
    for (let i = 0; i < tiles.length; i++) sum += arrays.shown[i * size + at];
    const rest = arrays.rest ? arrays.rest[at] : 0;
    const numbers = [sum, rest, brought.bias ?? 0, arrays.total[at], arrays.result[at]];
    const decimals = sumDecimals(numbers);
    const shown = (value) => fixed(Math.abs(value), decimals);
    const signed = (value) => (fixed(value, decimals).startsWith("−") ? "−" : "+");
    const term = (value, label) => ({ sign: signed(value), text: shown(value), label });
    const terms = [{ sign: "", text: fixed(sum, decimals), label: plural(tiles.length, "channel") }];
    if (arrays.rest) terms.push(term(rest, plural(brought.others, "other")));
    if (brought.bias !== null) terms.push(term(brought.bias, "bias"));
    const exactly = printedAddUp(numbers.slice(0, 3), numbers[3], decimals);
    terms.push({ sign: exactly ? "=" : "≈", text: fixed(numbers[3], decimals), label: brought.activation ? "before" : "this cell" });
    if (brought.activation) terms.push({ sign: "→", text: fixed(numbers[4], decimals), label: `after ${brought.activation}` });
    equation.set(terms);
  }

  return { element, paint, point };
}
