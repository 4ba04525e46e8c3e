// Softmax: scores become shares that add up to one.
const CLASSES_LISTED = 20;

function softmaxPanel(view, layer) {
  const before = layer.previous;
  const known = before && before.values.length === layer.channels;
  const listed = Math.min(layer.channels, CLASSES_LISTED);
  const element = el("div", "panel");
  const table = el("table", "softmax");
  table.append(el("caption", "", known
    ? "Each score z becomes e to the power of z, then its share of the sum. "
      + "Taking the largest score off first changes no share."
    : "The share of each class."));
  const head = el("tr");
  const columns = known ? ["Class", "Score z", "", "Probability"] : ["Class", "Probability"];
  for (const words of columns) head.append(el("th", "", words, { scope: "col" }));
  if (known) head.children[2].replaceChildren("e", el("sup", "", "z − largest"));
  table.append(el("thead"), el("tbody"), el("tfoot"));
  table.tHead.append(head);
  const rows = Array.from({ length: listed + (layer.channels > listed ? 1 : 0) }, () => tableRow(table.tBodies[0]));
  const total = tableRow(table.tFoot);
  element.append(table);

  function tableRow(body) {
    const row = el("tr");
    const cells = columns.map((_, i) => (i ? el("td") : el("th", "", "", { scope: "row" })));
    row.append(...cells);
    body.append(row);
    return { row, cells };
  }

  function fill({ row, cells }, name, score, power, share, words = percent(share)) {
    setText(cells[0], name);
    if (known) {
      setText(cells[1], score);
      setText(cells[2], power);
    }
    setText(cells.at(-1), words);
    row.style.setProperty("--share", share.toFixed(4));
  }

  function paint() {
    const scores = known ? before.values : layer.values;
    const largest = scores.reduce((best, score) => Math.max(best, score), -Infinity);
    const powers = Array.from(scores, (score) => Math.exp(score - largest));
    const order = Array.from(layer.values.keys());
    if (layer.channels > listed) order.sort((a, b) => layer.values[b] - layer.values[a]);
    for (let i = 0; i < listed; i++) {
      const unit = order[i];
      fill(rows[i], unitName(view, layer, unit), readable(scores[unit]), small(powers[unit]), layer.values[unit]);
      rows[i].row.classList.toggle("strongest", unit === layer.strongest);
    }
    const others = order.slice(listed);
    const sum = (numbers, units) => units.reduce((result, unit) => result + numbers[unit], 0);
    if (others.length) {
      fill(rows[listed], `${whole(others.length)} others`, "", small(sum(powers, others)), sum(layer.values, others));
    }
    fill(total, "Sum", "", small(sum(powers, order)), 1, "100\u00a0%");
  }

  return { element, paint };
}

function small(value) {
  return value > 0 && value < 0.0001 ? "< 0.0001" : value.toFixed(4);
}
