// Arithmetic on the page: small grids of numbers, and one line that adds up.
const LARGEST_GRID = 49; // A window of more cells than 7 × 7 is not printed.

// Cells are {text, colour, note}: `colour` as in a palette or null, `note` one of "padding", "winner" or "".
function numberGrid(title) {
  const element = el("div", "numbers");
  const grid = el("div", "grid");
  element.append(el("div", "gridtitle", title), grid);
  function set(columns, cells) {
    grid.style.setProperty("--columns", columns);
    while (grid.children.length > cells.length) grid.lastChild.remove();
    while (grid.children.length < cells.length) grid.append(el("span"));
    cells.forEach(({ text, colour, note }, i) => {
      const cell = grid.children[i];
      setText(cell, text);
      cell.className = note;
      cell.style.background = colour === null ? "" : cssColour(colour);
      cell.style.color = colour === null ? "" : inkOn(colour);
    });
  }
  return { element, set };
}

// Terms are {sign, text, label}.
function equationLine() {
  const element = el("div", "equation");
  function set(terms) {
    if (element.children.length !== terms.length) {
      element.replaceChildren(...terms.map(() => {
        const term = el("div", "term");
        term.append(el("span", "sign"), el("span", "number"), el("span", "label"));
        return term;
      }));
    }
    terms.forEach(({ sign, text, label }, i) => {
      const [signs, number, labels] = element.children[i].children;
      setText(signs, sign);
      setText(number, text);
      setText(labels, label);
    });
  }
  return { element, set };
}

const ACTIVATIONS = { relu: (x) => Math.max(0, x), relu6: (x) => Math.min(6, Math.max(0, x)), tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)) };

// As many decimals for all terms as the largest of them deserves.
function sumDecimals(numbers) {
  const size = Math.max(...numbers.map(Math.abs));
  return size >= 100 ? 1 : size >= 1 ? 2 : 3;
}

// Whether the numbers as they are printed add up to the printed total.
function printedAddUp(numbers, total, decimals) {
  const printed = (number) => Math.round(Number(number.toFixed(decimals)) * 10 ** decimals);
  return numbers.reduce((sum, number) => sum + printed(number), 0) === printed(total);
}

// The terms of a weighted sum, and their result as the layer has it. Each number is rounded for itself; where those
// shown do not add up, one more decimal is tried, and where that does not help, the line says "≈".
function sumTerms(layer, products, bias, value, where) {
  const parts = bias === null ? products : [...products, { value: bias, label: "bias" }];
  const exact = parts.reduce((total, part) => total + part.value, 0);
  const known = !layer.activation || ACTIVATIONS[layer.activation];
  const expected = layer.activation && known ? ACTIVATIONS[layer.activation](exact) : exact;
  const agrees = known && Math.abs(expected - value) < 1e-3 * Math.max(layer.largest, 0.1);
  const total = agrees && !layer.activation ? value : exact;
  const numbers = parts.map((part) => part.value);
  let decimals = sumDecimals([...numbers, total]);
  let adds = printedAddUp(numbers, total, decimals);
  if (!adds && printedAddUp(numbers, total, decimals + 1)) {
    decimals++;
    adds = true;
  }
  const terms = parts.map((part, i) => ({ sign: i ? "+" : "", text: fixed(part.value, decimals), label: part.label }));
  const words = layer.activation || !agrees ? "sum" : where;
  terms.push({ sign: adds ? "=" : "≈", text: fixed(total, decimals), label: adds ? words : `${words}, rounded` });
  if (layer.activation) {
    terms.push({ sign: "→", text: fixed(value, decimals), label: `after ${activationName(layer.activation)}` });
  } else if (!agrees) {
    terms.push({ sign: "≠", text: readable(value), label: "the layer's value: it does more than this" });
  }
  return { terms, decimals };
}
