// Every layer as a line of a table that can be sorted; the same in numbers as the drawing.
const COLUMNS = [
  { title: "Layer", value: (fact, at) => at, text: (fact) => fact.name },
  { title: "Kind", value: (fact) => fact.kind, text: (fact) => fact.kind },
  { title: "Output", value: (fact) => fact.shape.reduce((product, size) => product * size, 1), text: (fact) => sizes(fact.shape) },
  { title: "Parameters", value: (fact) => fact.parameters, text: (fact) => (fact.parameters_text === "no parameters" ? "0" : fact.parameters_text) },
  { title: "Multiply-adds", value: (fact) => fact.work ?? -1, text: (fact) => (fact.work === null ? "not known" : whole(fact.work)) },
  { title: "One cell sees", value: (fact) => (fact.reach ? fact.reach[0] * fact.reach[1] : -1), text: (fact) => (fact.reach ? sizes(fact.reach) : "not known") },
];

function blueprintTable(view, select) {
  const element = el("div", "shelf", "", { role: "region", "aria-label": "All layers", tabindex: "0" });
  const table = el("table");
  const head = el("tr");
  const body = el("tbody");
  const rows = new Map();
  const order = { column: 0, isDown: false };
  const heads = COLUMNS.map(({ title }, column) => {
    const cell = el("th", "", "", { scope: "col" });
    const button = el("button", "sort", title, { type: "button" });
    button.append(el("span", "arrow", "", { "aria-hidden": "true" }));
    button.addEventListener("click", () => {
      // Numbers from the largest down, names from the first.
      order.isDown = order.column === column ? !order.isDown : column > 1;
      order.column = column;
      arrange();
    });
    cell.append(button);
    head.append(cell);
    return cell;
  });
  const top = el("thead");
  top.append(head);
  table.append(top, body);
  element.append(table);

  function build() {
    rows.clear();
    for (const fact of view.plan.facts) {
      const row = el("tr");
      for (const [column, { text }] of COLUMNS.entries()) {
        const cell = el(column ? "td" : "th", "", column ? text(fact) : "", column ? {} : { scope: "row" });
        if (!column) {
          const button = el("button", "link", fact.name, { type: "button" });
          button.addEventListener("click", (event) => {
            event.stopPropagation();
            select(fact.name, false);
          });
          cell.append(button);
        }
        row.append(cell);
      }
      row.addEventListener("click", () => select(fact.name, false));
      rows.set(fact.name, row);
    }
    arrange();
  }

  function arrange() {
    const { value } = COLUMNS[order.column];
    const sorted = view.plan.facts.map((fact, at) => ({ fact, at, key: value(fact, at) }));
    sorted.sort((one, other) => {
      const way = one.key < other.key ? -1 : one.key > other.key ? 1 : 0;
      return (order.isDown ? -way : way) || one.at - other.at;
    });
    body.replaceChildren(...sorted.map(({ fact }) => rows.get(fact.name)));
    heads.forEach((cell, column) => {
      const isOn = column === order.column;
      cell.setAttribute("aria-sort", isOn ? (order.isDown ? "descending" : "ascending") : "none");
      cell.querySelector(".arrow").textContent = isOn ? (order.isDown ? " ↓" : " ↑") : "";
    });
  }

  function mark(name) {
    for (const [each, row] of rows) {
      row.classList.toggle("selected", each === name);
      row.querySelector(".link").setAttribute("aria-current", String(each === name));
    }
  }
  return { element, build, mark };
}
