// Flatten: every cell of every map takes a place in one long row of numbers.
function flattenPanel(view, layer, say) {
  const before = layer.previous;
  const element = el("div", "panel");
  const canvas = el("canvas", "", "", { role: "img" });
  const barcode = el("div", "barcode", "", {
    role: "application", tabindex: "0", "aria-label": "Positions of the flattened layer: arrow keys move along",
  });
  const mark = el("div", "mark");
  const readout = el("div", "readout");
  barcode.append(canvas, mark);
  const known = before && !before.flat && before.values.length === layer.values.length;
  // One line for each row of the maps, so that the lines mean something.
  const lines = known ? before.rows : 1;
  const along = layer.channels / lines;
  const memory = view.memory(layer);
  const flow = el("div", "flow");
  const input = known ? mapView({ label: "" }) : null;
  const rule = el("div", "operation rule");
  const place = el("div", "sum");
  element.append(barcode, readout);
  if (known) {
    rule.append(
      el("div", "caption", "Where a cell goes"),
      el("div", "formula",
        `position = row · ${before.columns} · ${before.channels} + column · ${before.channels} + channel`),
      place,
      el("div", "note", "Each line of the strip above is one row of the maps: "
        + `${before.columns} columns of ${plural(before.channels, "channel")}.`),
    );
    flow.append(input.element, rule);
    element.append(flow);
  }

  const under = (event) => {
    const box = canvas.getBoundingClientRect();
    const line = Math.floor(((event.clientY - box.top) / box.height) * lines);
    const column = Math.floor(((event.clientX - box.left) / box.width) * along);
    return line >= 0 && line < lines && column >= 0 && column < along ? line * along + column : null;
  };
  const move = (position) => {
    if (position === null) return;
    memory.map = position;
    memory.chosen = true;
    point();
  };
  barcode.addEventListener("pointermove", (event) => event.pointerType === "mouse" && move(under(event)));
  barcode.addEventListener("click", (event) => move(under(event)));
  barcode.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: along, ArrowUp: -along }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = memory.map + step;
    if (next >= 0 && next < layer.channels) move(next);
    say(readout.textContent);
  });

  let painted = null;

  function paint() {
    const colours = paletteOf(view, layer);
    canvas.width = along;
    canvas.height = lines;
    const image = new ImageData(along, lines);
    const limit = limitOf(view, layer, 0);
    new Uint32Array(image.data.buffer).set(
      Uint32Array.from(layer.values, (value) => colours[colourIndex(value, limit, layer.signed)]));
    canvas.getContext("2d").putImageData(image, 0, 0);
    canvas.setAttribute("aria-label", describe(view, layer));
    barcode.style.setProperty("--lines", lines);
    painted = null;
    point();
  }

  function point() {
    const position = memory.map;
    const value = readable(layer.values[position]);
    mark.style.left = `${(100 * ((position % along) + 0.5)) / along}%`;
    mark.style.top = `${(100 * Math.floor(position / along)) / lines}%`;
    mark.style.height = `${100 / lines}%`;
    if (!known) return setText(readout, `position ${whole(position)} · ${value}`);
    const channel = position % before.channels;
    const cell = Math.floor(position / before.channels);
    const [row, column] = [Math.floor(cell / before.columns), cell % before.columns];
    setText(readout, `position ${whole(position)} · from row ${row} · column ${column} · channel ${channel} · ${value}`);
    setText(place, `${row} · ${before.columns * before.channels} + ${column} · ${before.channels} + ${channel} `
      + `= ${whole(position)}`);
    if (painted !== channel) input.paint(view, before, channel);
    painted = channel;
    input.outline({ row, column, height: 1, width: 1 });
    setText(input.caption, `${before.name} · channel ${channel}`);
    setText(input.readout, `row ${row} · column ${column} · ${readable(valueAt(before, row, column, channel))}`);
  }

  return { element, paint };
}
