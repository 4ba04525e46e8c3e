// Numbers and sentences.
const DECIMALS = 3;

// With as few decimals as tell the number, at most so many; large numbers need fewer.
function tidy(value, most = DECIMALS) {
  const size = Math.abs(value);
  const decimals = size >= 100 ? 0 : size >= 10 ? Math.max(most - 1, 0) : most;
  return fixed(value, decimalsOf([value], decimals));
}

// As many decimals as it takes to write all numbers exactly, at most so many.
function decimalsOf(numbers, most = DECIMALS) {
  for (let decimals = 0; decimals < most; decimals++) {
    const exact = (value) => Math.abs(value - Number(value.toFixed(decimals))) <= 1e-6 * Math.max(1, Math.abs(value));
    if (numbers.every(exact)) return decimals;
  }
  return most;
}

// For a cell of a grid or a map; what is not quite 0 is not called 0.
function cellText(value, most) {
  const text = tidy(value, most);
  return value !== 0 && Number(text.replace("−", "-")) === 0 ? "≈0" : text;
}

// In a sentence: what is rounded to 0 but is not 0 is said to be near it.
function spoken(value, decimals) {
  if (value === 0) return "0";
  const near = value !== 0 && Number(value.toFixed(decimals)) === 0;
  return near ? `almost ${fixed(0, 0)}` : fixed(value, decimals);
}

// "conv_1" is a name and stays as it is; "the picture" starts a line.
function atStart(name) {
  return name.includes(" ") ? name[0].toUpperCase() + name.slice(1) : name;
}

// A number needs a noun; "red" and "Sobel" do not.
function named(noun, name) {
  return /^\d+$/.test(name) ? `${noun} ${name}` : name;
}

function placeWords(first, axis) {
  const places = Array.from({ length: axis.window }, (_, i) => first + i * axis.dilation);
  const text = places.length === 1 ? `${first}`
    : axis.dilation === 1 ? `${first} to ${places.at(-1)}`
    : places.length <= 5 ? `${places.slice(0, -1).join(", ")} and ${places.at(-1)}`
    : `${first}, ${places[1]}, … ${places.at(-1)}`;
  return text.replaceAll("-", "−");
}

function windowWords(scene, row, column) {
  const { top, left } = windowAt(scene, row, column);
  const word = (name, axis) => (axis.window === 1 ? name : `${name}s`);
  return `Window: ${word("row", scene.rows)} ${placeWords(top, scene.rows)}, `
    + `${word("column", scene.columns)} ${placeWords(left, scene.columns)}`;
}

function convolutionSentence(scene, row, column, at) {
  const { input, cells, activation } = scene;
  const decimals = decimalsOf([at.products, at.bias ?? 0, at.sum, at.result]);
  const number = (value) => spoken(value, decimals);
  const products = plural(cells * input.count, "product");
  const each = input.count > 1 ? ` (${cells} for each of ${input.count} channels)` : "";
  const zero = at.padded ? `, ${whole(at.padded * input.count)} of them with the 0 of the padding,` : "";
  const adds = cells * input.count === 1 ? `is ${number(at.products)}` : `add up to ${number(at.products)}`;
  const bias = at.bias === null ? "" : `, plus the bias ${number(at.bias)} gives ${number(at.sum)}`;
  return `Row ${row}, column ${column} of the output: ${products}${each}${zero} ${adds}${bias}`
    + `${activationWords(activation, at, number)}.`;
}

function activationWords(activation, { sum, result }, number) {
  if (activation === "linear") return "";
  const name = activationName(activation);
  const cornered = ["relu", "leaky_relu", "elu"].includes(activation);
  if (cornered && sum > 0) return `; ${name} leaves it as it is`;
  if (sum === 0 && result === 0) return `; ${name} leaves 0 at 0`;
  if (activation === "relu") return "; ReLU silences what is negative: 0";
  if (activation === "leaky_relu") return `; leaky ReLU lets a fifth of what is negative through: ${number(result)}`;
  return `; ${name} makes ${number(result)} of it`;
}

function poolingSentence(scene, row, column, at, channel) {
  const place = `Row ${row}, column ${column} of the output: `;
  const verb = at.padded === 1 ? "is" : "are";
  const out = at.padded ? `; ${plural(at.padded, "cell")} in the padding ${verb} left out` : "";
  if (!at.count) return `${place}the whole window lies in the padding, so there is nothing to add up: 0.`;
  const decimals = decimalsOf([at.total, at.result]);
  const number = (value) => spoken(value, decimals);
  const cells = plural(at.count, "cell");
  if (scene.pooling === "max") {
    const { winner, ties } = at;
    const first = "and the first in reading order counts as the winner";
    const equal = ties > 1 ? `; ${whole(ties)} are equally large, ${first}` : "";
    const of = scene.input.count > 1 ? ` of ${channelWords(scene, channel)}` : "";
    const largest = spoken(winner.value, decimalsOf([winner.value]));
    return `${place}the largest of ${cells}${of} is ${largest}, at row ${winner.row}, `
      + `column ${winner.column} of the input${equal}${out}.`;
  }
  const adds = at.count === 1 ? `1 cell is ${number(at.total)}` : `${cells} add up to ${number(at.total)}`;
  const divided = scene.pooling === "average" ? `; divided by ${whole(at.count)} that is ${number(at.result)}` : "";
  return `${place}${adds}${divided}${out}.`;
}
