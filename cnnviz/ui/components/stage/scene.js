// A scene as the stage uses it: input and output as maps, and how the window slides.
function readScene(bytes) {
  const { header, array } = unpack(bytes);
  const numbers = (name) => {
    const entry = array(name);
    const levels = entry && header.levels[name];
    return levels ? Float32Array.from(entry.values, (count) => count / levels) : floats(entry);
  };
  const { rows, columns, channelNames, mapNames } = header;
  const input = mapsOf(numbers("values"), rows.size, columns.size, channelNames);
  const output = mapsOf(numbers("output"), rows.outputs, columns.outputs, mapNames);
  const kernels = numbers("kernels");
  return { ...header, input, output, kernels, bias: numbers("bias"), cells: rows.window * columns.window };
}

// Maps are interleaved: cell i of map m is values[i * maps + m].
function mapsOf(values, rows, columns, names) {
  const count = names.length;
  const lows = new Float64Array(count).fill(Infinity);
  const highs = new Float64Array(count).fill(-Infinity);
  for (let i = 0, map = 0; i < values.length; i++) {
    if (values[i] < lows[map]) lows[map] = values[i];
    if (values[i] > highs[map]) highs[map] = values[i];
    if (++map === count) map = 0;
  }
  const limits = lows.map((low, map) => Math.max(Math.abs(low), Math.abs(highs[map])));
  const overall = { signed: Math.min(...lows) < 0, limit: Math.max(...limits) };
  return { values, rows, columns, count, names, lows, highs, limits, ...overall };
}

function cellOf(maps, row, column, map) {
  return maps.values[(row * maps.columns + column) * maps.count + map];
}

// The cell that is largest in size.
function strongestCell(maps, map) {
  let best = 0;
  for (let i = 0; i < maps.rows * maps.columns; i++) {
    if (Math.abs(maps.values[i * maps.count + map]) > Math.abs(maps.values[best * maps.count + map])) best = i;
  }
  return { row: Math.floor(best / maps.columns), column: best % maps.columns };
}

// Where the window starts, in cells of the input; negative in the padding.
function windowAt(scene, row, column) {
  const { rows, columns } = scene;
  return { top: row * rows.stride - rows.before, left: column * columns.stride - columns.before };
}

// The output cell whose window has its centre nearest to a place, in cells of the padded input.
function nearestOutput(axis, place) {
  const position = Math.round((place - axis.span / 2) / axis.stride);
  return Math.max(0, Math.min(axis.outputs - 1, position));
}

// Runs of input rows, or columns, that no position of the window takes in: [[first, count], …].
function neverReached(axis) {
  const reached = new Uint8Array(axis.size);
  for (let output = 0; output < axis.outputs; output++) {
    for (let offset = 0; offset < axis.window; offset++) {
      const place = output * axis.stride - axis.before + offset * axis.dilation;
      if (place >= 0 && place < axis.size) reached[place] = 1;
    }
  }
  const runs = [];
  for (let place = 0; place < axis.size; place++) {
    if (reached[place]) continue;
    if (place && !reached[place - 1]) runs.at(-1)[1]++;
    else runs.push([place, 1]);
  }
  return runs;
}

function countNeverReached(scene) {
  const reached = [scene.rows, scene.columns].map((axis) =>
    axis.size - neverReached(axis).reduce((sum, [, count]) => sum + count, 0));
  return scene.rows.size * scene.columns.size - reached[0] * reached[1];
}
