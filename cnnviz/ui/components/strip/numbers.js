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

// The terms of a weighted sum, and their result as the layer has it. Rounded numbers rarely add up to the last digit,
// so the first term takes up the difference, which is never more than the rounding of the others.
function sumTerms(layer, products, bias, value, where) {
  const parts = bias === null ? products : [...products, { value: bias, label: "bias" }];
  const exact = parts.reduce((total, part) => total + part.value, 0);
  const known = !layer.activation || ACTIVATIONS[layer.activation];
  const expected = layer.activation && known ? ACTIVATIONS[layer.activation](exact) : exact;
  const agrees = known && Math.abs(expected - value) < 1e-3 * Math.max(layer.limit, 0.1);
  const total = agrees && !layer.activation ? value : exact;
  const decimals = decimalsOf(total);
  const unit = 10 ** decimals;
  const rounded = parts.map((part) => Math.round(part.value * unit));
  const others = rounded.slice(1).reduce((sum, number) => sum + number, 0);
  rounded[0] = Math.round(total * unit) - others;
  const terms = rounded.map((number, i) => ({
    sign: i ? "+" : "", text: fixed(number / unit, decimals), label: parts[i].label,
  }));
  terms.push({ sign: "=", text: fixed(total, decimals), label: layer.activation || !agrees ? "sum" : where });
  if (layer.activation) {
    terms.push({ sign: "→", text: readable(value), label: `after ${activationName(layer.activation)}` });
  } else if (!agrees) {
    terms.push({ sign: "≠", text: readable(value), label: "the layer's value: it does more than this" });
  }
  return { terms, first: terms[0].text, decimals };
}
