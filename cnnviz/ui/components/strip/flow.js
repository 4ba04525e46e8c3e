// Input left, operation in the middle, output right: one map of a layer and how a cell of it came about.
function mapPanel(view, layer, say, tell) {
  const memory = view.memory(layer);
  const operation = operationOf(view, layer, (channel) => {
    memory.channel = channel;
    point();
  });
  const element = el("div", "panel");
  const flow = el("div", "flow");
  const input = operation ? mapView({ label: "" }) : null;
  const output = mapView({
    label: `Enlarged map of ${layer.name}: arrow keys move from cell to cell`,
    onPoint: (cell, byKey) => {
      if (memory.pinned && !byKey) return;
      show(cell);
      if (byKey) say(output.readout.textContent);
    },
    onPin: (cell) => {
      const again = memory.pinned && memory.cell.row === cell.row && memory.cell.column === cell.column;
      memory.pinned = !again;
      show(cell);
    },
    onRelease: () => {
      memory.pinned = false;
      point();
    },
  });
  output.element.classList.add("output");
  if (operation) flow.append(input.element, operation.middle);
  flow.append(output.element);
  element.append(flow);
  if (operation?.below) element.append(operation.below);

  function show(cell) {
    view.preview = null;
    memory.cell = cell;
    point();
    tell();
  }

  let painted = null; // The input channel on screen.

  function paint() {
    const map = shownMap(view, layer);
    output.paint(view, layer, map);
    setText(output.caption, layer.flat ? `${layer.name} · unit ${map}` : `${layer.name} · channel ${map}`);
    operation?.paint(map);
    painted = null;
    point();
  }

  function point() {
    const map = shownMap(view, layer);
    const { row, column } = shownCell(view, layer);
    output.outline({ row, column, height: 1, width: 1 });
    output.box.classList.toggle("pinned", memory.pinned);
    const value = readable(valueAt(layer, row, column, map));
    setText(output.readout, layer.flat ? value : `row ${row} · column ${column} · ${value}`);
    if (!operation) return;
    const from = layer.previous;
    // The input channel stays while cells are pointed at, so that the picture beside them does not flicker.
    const peak = peakCell(layer, map);
    const chosen = memory.channel ?? operation.strongestChannel?.(map, peak.row, peak.column);
    const { channel, window: place } = operation.point(map, row, column, chosen);
    if (painted !== channel) {
      input.paint(view, from, channel, operation.pads);
      const name = `${from.name} · ${from.flat ? "unit" : "channel"} ${channel}`;
      setText(input.caption, from.kind === "input" && from.channels === 1 ? view.model.picture : name);
      painted = channel;
    }
    input.outline(place);
    setText(input.readout, from.flat ? readable(valueAt(from, 0, 0, channel)) : windowText(place, from));
  }

  return { element, paint, point };
}

// Everything on the page tells of one map and one cell: what the mouse is over, else what was chosen, else the cell that
// is largest in size.
function shownMap(view, layer) {
  return view.preview?.tile ?? view.memory(layer).map;
}

function shownCell(view, layer) {
  const automatic = { ...peakCell(layer, shownMap(view, layer)), automatic: true };
  return view.preview ?? view.memory(layer).cell ?? automatic;
}

function peakCell(layer, map) {
  const peak = layer.peakCells[map];
  return { row: Math.floor(peak / layer.columns), column: peak % layer.columns };
}

function windowText({ row, column, height, width }, { rows, columns }) {
  const span = (first, count) => (count === 1 ? `${first}` : `${first} to ${first + count - 1}`);
  const outside = (first, count, end) =>
    Array.from({ length: count }, (_, i) => first + i).filter((place) => place < 0 || place >= end);
  const list = (word, places) =>
    (places.length ? [`${word}${places.length === 1 ? "" : "s"} ${places.join(" and ")}`] : []);
  const padding = [...list("row", outside(row, height, rows)), ...list("column", outside(column, width, columns))];
  const text = `row${height === 1 ? "" : "s"} ${span(row, height)} · column${width === 1 ? "" : "s"} ${span(column, width)}`
    + (padding.length ? `\n${padding.join(", ")}: padding, outside the map` : "");
  return text.replaceAll("-", "−");
}
