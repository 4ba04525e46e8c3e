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
    // The class with the largest score is the answer, however far below 0 another one lies.
    if (scores) layer.strongest = indexOfLargest(layer.values);
  });
  const limit = Math.max(0, ...layers.filter((layer) => layer.hidden).map((layer) => layer.largest));
  return { ...header, layers, limit };
}

// `strongest` is the map, or the unit, with the value that is largest in size: the last colour of the layer's scale.
function statistics({ values, channels, kind, flat }) {
  const limits = new Float32Array(channels).fill(-1); // Largest size of a value in each map, and its cell.
  const peakCells = new Int32Array(channels);
  let low = 0;
  for (let cell = 0, i = 0; i < values.length; cell++) {
    for (let channel = 0; channel < channels; channel++, i++) {
      const size = Math.abs(values[i]);
      if (size > limits[channel]) {
        limits[channel] = size;
        peakCells[channel] = cell;
      }
      if (values[i] < low) low = values[i];
    }
  }
  const peaks = limits.map((_, channel) => values[peakCells[channel] * channels + channel]);
  const strongest = indexOfLargest(limits);
  const largest = kind === "softmax" ? 1 : limits[strongest] ?? 0;
  const clips = kind === "flatten" || (!flat && kind !== "input");
  return { limits, peaks, peakCells, largest, limit: clips ? commonLimit(values, largest) : largest, strongest, low,
    signed: low < 0 };
}

function indexOfLargest(numbers) {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i] > numbers[best]) best = i;
  return best;
}

// One extreme map would leave all others pale, so a layer's scale ends where 99.5 % of its values lie; the rest get the
// last colour, and the legend says so. Counted in bins, since a layer may have millions of values.
const COMMON_SHARE = 0.995;
const BINS = 1000;

function commonLimit(values, largest) {
  if (!(largest > 0)) return largest;
  const counts = new Uint32Array(BINS + 1);
  for (let i = 0; i < values.length; i++) counts[Math.floor((Math.abs(values[i]) / largest) * BINS)]++;
  let bin = 0;
  for (let seen = counts[0]; seen < COMMON_SHARE * values.length; seen += counts[bin]) bin++;
  const share = (bin + 1) / BINS;
  // Hardly any cell is active: these few are what is to be seen.
  return share < 0.1 || share > 0.9 ? largest : share * largest;
}

function valueAt(layer, row, column, channel) {
  return layer.values[(row * layer.columns + column) * layer.channels + channel];
}

// The value that a scale's last colour stands for. Units have no maps: one to itself would always be the brightest.
function limitOf(view, layer, channel) {
  if (view.scale === "map" && !layer.flat) return layer.limits[channel];
  return view.scale === "network" && layer.hidden ? view.model.limit : layer.limit;
}

// What its largest value is called: among values below 0 it may be the lowest.
function peakWords(layer) {
  return layer.signed && !layer.scores ? "largest in size" : "largest value";
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

function shapeText(layer) {
  return layer.flat ? whole(layer.channels) : `${layer.rows} × ${layer.columns} × ${layer.channels}`;
}
