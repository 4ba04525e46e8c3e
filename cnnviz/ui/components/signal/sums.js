// The arithmetic of one position: values, weights, products and their sum.
const MOST_TILES = 31; // Products of a longer kernel are not printed one by one.
const MOST_TERMS = 9; // A longer sum does not fit on a line.

// Decimals that show three digits of the largest, and never less than `least` decimals.
function decimalsFor(values, least) {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!(largest > 0)) return least;
  return Math.max(least, Math.min(8, 2 - Math.floor(Math.log10(largest))));
}

// What a reader takes a printed number for.
function printedNumber(text) {
  return Number(text.replace("−", "-"));
}

function createSums() {
  const element = el("div", "sums");
  const headline = el("div", "headline"); // Stands beside the buttons.
  const result = el("output", "number", "", { "aria-label": "Result at this position", "aria-live": "off" });
  headline.append(el("span", "label", "Result at this position", { "aria-hidden": "true" }), result);
  const sentence = el("p", "sentence");
  const tiles = el("ol", "tiles", "", { "aria-label": "Products" });
  element.append(sentence, tiles);
  return { element, headline, result, sentence, tiles };
}

function showSums(sums, scene, position) {
  const start = position * scene.stride;
  const places = Array.from({ length: scene.window }, (_, tap) => start + tap * scene.dilation);
  const values = places.map((place) => valueOf(scene, place));
  const products = values.map((value, tap) => value * scene.weights[tap]);
  const outside = places.map((place) => place < scene.before || place >= scene.before + scene.size);
  setText(sums.result, fixed(scene.output[position], scene.decimals));
  setText(sums.sentence, `${where(scene, position, places, outside)} ${added(scene, products, scene.output[position])}`);
  fillTiles(sums.tiles, scene, values, products, outside);
}

function where(scene, position, places, outside) {
  const first = places[0] - scene.before;
  const last = places[places.length - 1] - scene.before;
  const points = first === last ? `point ${first}` : `points ${first} to ${last}`;
  const every = scene.dilation > 1 && scene.window > 1 ? `, one in ${scene.dilation}` : "";
  const padded = outside.filter(Boolean).length;
  const zeros = padded ? `, ${padded} of them padding (0)` : "";
  return `Position ${position} of 0 to ${scene.outputs - 1}: ${points}${every}${zeros}.`.replaceAll("-", "−");
}

function added(scene, products, total) {
  if (products.length > MOST_TERMS) return `The ${products.length} products add up to ${fixed(total, scene.decimals)}.`;
  const terms = products.map((product) => fixed(product, scene.decimals));
  const sum = fixed(total, scene.decimals);
  const printed = terms.reduce((before, term) => before + printedNumber(term), 0);
  // "=" only where it is true of what is printed.
  const exact = Math.abs(printed - printedNumber(sum)) < 10 ** -scene.decimals / 2;
  const line = terms.map((term, i) => (i === 0 ? term : term.startsWith("−") ? `− ${term.slice(1)}` : `+ ${term}`));
  return `${line.join(" ")} ${exact ? "=" : "≈"} ${sum}`;
}

function fillTiles(list, scene, values, products, outside) {
  list.hidden = products.length > MOST_TILES;
  if (list.hidden) return;
  while (list.children.length > products.length) list.lastChild.remove();
  while (list.children.length < products.length) {
    const tile = el("li", "tile");
    tile.append(el("span", "value"), el("span", "weight"), el("span", "product"));
    list.append(tile);
  }
  products.forEach((product, tap) => {
    const tile = list.children[tap];
    const [value, weight, result] = tile.children;
    tile.classList.toggle("outside", outside[tap]);
    const factors = [fixed(values[tap], scene.valueDecimals), fixed(scene.weights[tap], scene.weightDecimals)];
    const printed = fixed(product, scene.decimals);
    const exact = fixed(printedNumber(factors[0]) * printedNumber(factors[1]), scene.decimals) === printed;
    setText(value, factors[0]);
    setText(weight, `× ${factors[1]}`);
    setText(result, `${exact ? "=" : "≈"} ${printed}`);
  });
}
