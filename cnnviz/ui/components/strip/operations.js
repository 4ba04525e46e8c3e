// How one cell of a map comes about in the layers without weights: pooling, activations, and any other.
const NO_PADS = { top: 0, bottom: 0, left: 0, right: 0 };

function poolingWindow(layer) {
  return layer.window ?? [layer.previous.rows, layer.previous.columns];
}

function poolingFits(layer) {
  const before = layer.previous;
  if (!before || before.flat || before.channels !== layer.channels) return false;
  const [height, width] = poolingWindow(layer);
  return poolingGeometry(layer, height, width).fits;
}

// Windows lie side by side unless the layer says otherwise.
function poolingGeometry(layer, height, width) {
  return geometry(layer.previous, { ...layer, strides: layer.strides ?? [height, width] }, height, width);
}

function poolingOperation(view, layer) {
  const before = layer.previous;
  const [height, width] = poolingWindow(layer);
  const { pads, window: windowOf } = poolingGeometry(layer, height, width);
  const average = layer.pooling === "average";
  const middle = el("div", "operation");
  const grid = numberGrid("window");
  const printed = height * width <= LARGEST_GRID;
  const outcome = el("div", "outcome");
  middle.append(el("div", "caption", `${average ? "Average" : "Largest"} of ${height} × ${width}`));
  if (printed) middle.append(grid.element);
  middle.append(outcome);

  function point(channel, row, column) {
    const place = windowOf(row, column);
    const limit = limitOf(view, before, channel);
    const inside = [];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [r, c] = [place.row + y, place.column + x];
        const outside = r < 0 || c < 0 || r >= before.rows || c >= before.columns;
        inside.push(outside ? null : valueAt(before, r, c, channel));
      }
    }
    const known = inside.filter((value) => value !== null);
    const winner = inside.indexOf(known.reduce((best, value) => Math.max(best, value), -Infinity));
    const colours = paletteOf(view, before);
    if (printed) {
      grid.set(width, inside.map((value, i) => ({
        text: value === null ? "–" : readable(value),
        colour: value === null ? null : colours[colourIndex(value, limit, before.signed)],
        note: value === null ? "padding" : !average && i === winner ? "winner" : "",
      })));
    }
    const value = readable(valueAt(layer, row, column, channel));
    const ties = known.filter((other) => other === inside[winner]).length;
    if (average) setText(outcome, `mean of ${known.length} cells: ${value}`);
    else if (known.length > 1 && ties === known.length) setText(outcome, `all equal: ${value}`);
    else setText(outcome, `${value} is kept, ${known.length - 1} dropped`);
    return { channel, window: place };
  }
  return { middle, below: null, pads, paint() {}, point };
}

function sameShape(layer) {
  const before = layer.previous;
  return Boolean(before) && ["rows", "columns", "channels"].every((side) => before[side] === layer[side]);
}

function activationOperation(view, layer) {
  const middle = el("div", "operation");
  const relu = isRelu(layer);
  const rule = relu ? "ReLU: max(0, value)" : layer.activation ? activationName(layer.activation) : "Before and after";
  const [before, after, verdict, share] = ["before", "after", "verdict", "share"].map((name) => el("div", name));
  const change = el("div", "change");
  change.append(before, el("span", "sign", "→"), after);
  middle.append(el("div", "caption", rule), change, verdict, share);

  function paint(channel) {
    if (!relu) return;
    const own = layer.values.filter((_, i) => layer.flat || i % layer.channels === channel);
    const zeros = own.filter((value) => value === 0).length;
    setText(share, layer.flat
      ? `${zeros} of ${layer.channels} units are 0`
      : `${Math.round((100 * zeros) / own.length)} % of this map is 0`);
  }

  function point(channel, row, column) {
    const from = valueAt(layer.previous, row, column, channel);
    setText(before, readable(from));
    setText(after, readable(valueAt(layer, row, column, channel)));
    if (relu) setText(verdict, from < 0 ? "negative: silenced" : from > 0 ? "positive: passes unchanged" : "0 stays 0");
    return { channel, window: { row, column, height: 1, width: 1 } };
  }
  return { middle, below: null, pads: NO_PADS, paint, point };
}

// What can be said of a layer depends on its kind and on whether its input is the layer before it.
function operationOf(view, layer, remember) {
  if (layer.kind === "convolution" && convolutionFits(layer)) return convolutionOperation(view, layer, remember);
  if (layer.kind === "pooling" && poolingFits(layer)) return poolingOperation(view, layer);
  if (["activation", "other"].includes(layer.kind) && sameShape(layer)) return activationOperation(view, layer);
  return null;
}
