// The arithmetic at one position of the window, the same as in cnnviz/ops.

// Calls visit(offset in the window, row, column, inside) for each of the window's cells, in reading order.
function eachCell(scene, row, column, visit) {
  const { rows, columns } = scene;
  const { top, left } = windowAt(scene, row, column);
  for (let y = 0, offset = 0; y < rows.window; y++) {
    const r = top + y * rows.dilation;
    for (let x = 0; x < columns.window; x++, offset++) {
      const c = left + x * columns.dilation;
      visit(offset, r, c, r >= 0 && c >= 0 && r < rows.size && c < columns.size);
    }
  }
}

function kernelAt(scene, offset, channel, map) {
  return scene.kernels[(offset * scene.input.count + channel) * scene.output.count + map];
}

// {partials: one sum for each channel, products, bias, sum: before the activation, result: after it, padded: cells}
function convolutionAt(scene, row, column, map) {
  const { input, kernels, output } = scene;
  const partials = new Float64Array(input.count);
  let padded = 0;
  eachCell(scene, row, column, (offset, r, c, inside) => {
    if (!inside) {
      padded++;
      return;
    }
    const cell = (r * input.columns + c) * input.count;
    const weight = offset * input.count * output.count + map;
    for (let channel = 0; channel < input.count; channel++) {
      partials[channel] += input.values[cell + channel] * kernels[weight + channel * output.count];
    }
  });
  const products = partials.reduce((sum, part) => sum + part, 0);
  const bias = scene.bias ? scene.bias[map] : null;
  const sum = products + (bias ?? 0);
  return { partials, products, bias, sum, result: ACTIVATIONS[scene.activation](sum), padded };
}

// {count: cells of the input in the window, padded, total, winner: {offset, row, column, value} or null, ties, result}
function poolingAt(scene, row, column, channel) {
  let [count, padded, total, ties] = [0, 0, 0, 0];
  let winner = null;
  eachCell(scene, row, column, (offset, r, c, inside) => {
    if (!inside) {
      padded++;
      return;
    }
    const value = cellOf(scene.input, r, c, channel);
    count++;
    total += value;
    if (winner && value === winner.value) ties++;
    if (winner && value <= winner.value) return; // Of equal ones the first in reading order stays.
    winner = { offset, row: r, column: c, value };
    ties = 1;
  });
  const result = { max: winner?.value, average: total / count, sum: total }[scene.pooling];
  return { count, padded, total, winner, ties, result };
}

// Where to begin: where a convolution answers most strongly; in a pooling, at the window whose cells differ most.
const FEW_CELLS = 25; // Larger windows are not searched.

function firstPlace(scene, map) {
  if (!scene.pooling || scene.cells > FEW_CELLS) return strongestCell(scene.output, map);
  let best = { row: 0, column: 0, spread: -1 };
  for (let row = 0; row < scene.output.rows; row++) {
    for (let column = 0; column < scene.output.columns; column++) {
      let [low, high] = [Infinity, -Infinity];
      eachCell(scene, row, column, (_, r, c, inside) => {
        const value = inside ? cellOf(scene.input, r, c, map) : NaN;
        if (value < low) low = value;
        if (value > high) high = value;
      });
      if (high - low > best.spread) best = { row, column, spread: high - low };
    }
  }
  return { row: best.row, column: best.column };
}

// The winner of every window, as indices of cells of the input.
function everyWinner(scene, channel) {
  const winners = new Set();
  for (let row = 0; row < scene.rows.outputs; row++) {
    for (let column = 0; column < scene.columns.outputs; column++) {
      const { winner } = poolingAt(scene, row, column, channel);
      if (winner) winners.add(winner.row * scene.input.columns + winner.column);
    }
  }
  return winners;
}
