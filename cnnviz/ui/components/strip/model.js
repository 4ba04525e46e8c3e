// The network as the strip uses it: numbers, shapes, and the largest value of every map.
// A vector of units is kept as maps of one cell, so that one way of indexing serves every layer.
function readModel(bytes) {
  const { header, array } = unpack(bytes);
  const layers = header.layers.map((entry, index) => {
    const flat = entry.shape.length === 1;
    const [rows, columns, channels] = flat ? [1, 1, entry.shape[0]] : entry.shape;
    const layer = {
      ...entry, index, flat, rows, columns, channels,
      values: floats(array(`${index}.values`)),
      kernel: floats(array(`${index}.kernel`)),
      bias: floats(array(`${index}.bias`)),
    };
    return Object.assign(layer, statistics(layer));
  });
  layers.forEach((layer, index) => {
    layer.previous = layers[index - 1] ?? null;
    // The scores before softmax, like the shares after it, are no one's feature maps: they keep their own scale.
    const scores = layer.kind === "dense" && layers.slice(index + 1).every((later) => later.kind === "softmax");
    layer.hidden = !["input", "softmax"].includes(layer.kind) && !scores;
    layer.scores = scores;
  });
  const limit = Math.max(0, ...layers.filter((layer) => layer.hidden).map((layer) => layer.limit));
  return { ...header, layers, limit };
}

// Small arrays arrive as the four bytes of each float.
function floats(entry) {
  if (!entry) return null;
  return entry.values instanceof Uint8Array ? new Float32Array(entry.values.buffer) : entry.values;
}

function statistics({ values, channels, kind }) {
  const limits = new Float32Array(channels); // Largest magnitude of each map.
  const peaks = new Float32Array(channels).fill(-Infinity); // Largest value of each map, and its cell.
  const peakCells = new Int32Array(channels);
  const lows = new Float32Array(channels).fill(Infinity);
  for (let cell = 0, i = 0; i < values.length; cell++) {
    for (let channel = 0; channel < channels; channel++, i++) {
      const value = values[i];
      if (value > peaks[channel]) {
        peaks[channel] = value;
        peakCells[channel] = cell;
      }
      if (value < lows[channel]) lows[channel] = value;
    }
  }
  let limit = 0, strongest = 0, low = 0;
  for (let channel = 0; channel < channels; channel++) {
    limits[channel] = Math.max(peaks[channel], -lows[channel]);
    limit = Math.max(limit, limits[channel]);
    low = Math.min(low, lows[channel]);
    if (peaks[channel] > peaks[strongest]) strongest = channel;
  }
  if (kind === "softmax") limit = 1;
  return { limits, peaks, peakCells, limit, strongest, low, signed: low < 0 };
}

function valueAt(layer, row, column, channel) {
  return layer.values[(row * layer.columns + column) * layer.channels + channel];
}

// The value that a scale's last colour stands for. Units have no maps: one to itself would always be the brightest.
function limitOf(view, layer, channel) {
  if (view.scale === "map" && !layer.flat) return layer.limits[channel];
  return view.scale === "network" && layer.hidden ? view.model.limit : layer.limit;
}

// Where a window starts, and how many cells of zero surround the map. With "same" padding an odd one goes to the
// bottom and right, as TensorFlow has it.
function geometry(before, layer, height, width) {
  const [down, right] = layer.strides ?? [1, 1];
  const same = layer.padding === "same";
  const along = (size, window, stride) => {
    const out = same ? Math.ceil(size / stride) : Math.floor((size - window) / stride) + 1;
    const total = same ? Math.max((out - 1) * stride + window - size, 0) : 0;
    return { out, first: Math.floor(total / 2), last: total - Math.floor(total / 2) };
  };
  const vertical = along(before.rows, height, down);
  const horizontal = along(before.columns, width, right);
  return {
    fits: vertical.out === layer.rows && horizontal.out === layer.columns,
    pads: { top: vertical.first, bottom: vertical.last, left: horizontal.first, right: horizontal.last },
    window: (row, column) => ({
      row: row * down - vertical.first, column: column * right - horizontal.first, height, width,
    }),
  };
}

// The last layers' units stand for classes.
function hasClasses(view, layer) {
  return (layer.scores || layer.kind === "softmax") && view.model.classNames.length === layer.channels;
}

function unitName(view, layer, unit) {
  return hasClasses(view, layer) ? view.model.classNames[unit] : String(unit);
}

function unitWords(view, layer, unit) {
  return `${hasClasses(view, layer) ? "class" : "unit"} ${unitName(view, layer, unit)}`;
}
