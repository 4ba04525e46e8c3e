// Dense: a unit adds up every input times its weight. The largest products are listed.
const PRODUCTS_LISTED = 8;

function densePanel(view, layer) {
  const before = layer.previous;
  const inputs = layer.kernelShape?.[0] ?? before?.channels ?? 0;
  const known = layer.kernel && layer.kernelShape.length === 2 && before?.values.length === inputs;
  const element = el("div", "panel");
  const caption = el("div", "caption");
  const equation = equationLine();
  element.append(caption, equation.element);
  const rows = [];
  const rest = el("div", "note");
  if (known) {
    const table = el("table", "products");
    const head = el("tr");
    const columns = [`Input from ${before.name}`, "Value", "× Weight", "= Product"];
    head.append(...columns.map((words) => el("th", "", words, { scope: "col" })));
    table.append(el("thead"), el("tbody"));
    table.tHead.append(head);
    for (let i = 0; i < Math.min(PRODUCTS_LISTED, inputs); i++) {
      const row = el("tr");
      const cells = [el("th", "", "", { scope: "row" }), el("td"), el("td"), el("td")];
      row.append(...cells);
      table.tBodies[0].append(row);
      rows.push(cells);
    }
    element.append(el("div", "gridheading", "The products that matter most"), table, rest);
  }

  function paint() {
    const unit = shownMap(view, layer);
    const value = layer.values[unit];
    const bias = layer.bias ? layer.bias[unit] : null;
    const name = unitWords(view, layer, unit);
    setText(caption, `How ${layer.scores ? `the score of ${name}` : name} adds up`);
    if (known) {
      const { parts, list } = largestProducts(unit);
      const { terms, decimals } = sumTerms(layer, parts, bias, value, name);
      list(decimals);
      return equation.set(terms);
    }
    // Without the weights, what is not the bias is the products' sum.
    if (!layer.activation) {
      const label = inputs ? `sum of ${whole(inputs)} products` : "sum of products";
      return equation.set(sumTerms(layer, [{ value: value - (bias ?? 0), label }], bias, value, name).terms);
    }
    const label = `${activationName(layer.activation)} of ${whole(inputs)} products + bias`;
    equation.set([{ sign: "", text: readable(value), label }]);
  }

  function largestProducts(unit) {
    const weight = (i) => layer.kernel[i * layer.channels + unit];
    const product = (i) => before.values[i] * weight(i);
    const order = Array.from({ length: inputs }, (_, i) => i).sort((a, b) => Math.abs(product(b)) - Math.abs(product(a)));
    const listed = order.slice(0, rows.length);
    const total = order.reduce((sum, i) => sum + product(i), 0);
    const top = listed.reduce((sum, i) => sum + product(i), 0);
    const others = whole(inputs - listed.length);
    // One decimal more than the sum has: the products listed add up to it.
    const list = (decimals) => {
      listed.forEach((input, i) => {
        const [name, value, weights, products] = rows[i];
        setText(name, `${before.kind === "flatten" ? "position" : "unit"} ${whole(input)}`);
        setText(value, readable(before.values[input]));
        setText(weights, readable(weight(input)));
        setText(products, fixed(product(input), decimals + 1));
      });
      const left = order.length > listed.length;
      setText(rest, `${left ? `The other ${others} products add up to ${fixed(total - top, decimals)}. ` : ""}`
        + "Each number is rounded by itself.");
    };
    if (order.length === listed.length) return { parts: [{ value: total, label: `${inputs} products` }], list };
    return { list, parts: [
      { value: top, label: `these ${listed.length} products` }, { value: total - top, label: `the other ${others}` },
    ] };
  }

  return { element, paint };
}
