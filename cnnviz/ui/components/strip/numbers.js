// What of a layer's arithmetic is printed, and the line that adds up.
const LARGEST_GRID = 49; // A window of more cells than 7 × 7 is not printed.

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
