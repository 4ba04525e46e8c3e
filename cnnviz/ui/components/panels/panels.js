// Pictures and maps on lines, linked: what is pointed at in one is marked in all.
const views = new WeakMap();

function createView(root) {
  const view = { root, cell: { row: 0, column: 0 } };
  const lines = el("div", "lines");
  const parts = partsBox(view);
  const said = el("div", "unseen", "", { "aria-live": "polite" });
  root.replaceChildren(lines, parts.element, said);
  let boxes = [];

  function point(cell, byKey) {
    view.cell = cell;
    boxes.forEach((box) => box.point(cell));
    parts.point(cell);
    if (byKey) setText(said, boxes.map((box) => box.readout).join("; "));
  }

  function rest() {
    point(boxes[view.header.panels.findIndex((panel) => panel.own)].peak(), false);
  }

  view.show = (bytes) => {
    const { header, array } = unpack(bytes);
    const own = header.panels.find((panel) => panel.own);
    Object.assign(view, { header, name: header.name, rows: own.rows, columns: own.columns, brought: header.brought });
    view.palettes = palettes(header.scales, isDark(root));
    // The same boxes serve again, so that nothing jumps and the focused one stays focused.
    const form = header.panels.map((panel) => `${panel.line}${panel.own}`).join("|");
    if (form !== view.form) {
      view.form = form;
      boxes = header.panels.map((_, number) => panelBox(view, number, point, rest));
      const count = Math.max(...header.panels.map((panel) => panel.line)) + 1;
      lines.replaceChildren(...Array.from({ length: count }, (_, line) => {
        const row = el("div", "line");
        row.classList.toggle("many", header.panels.filter((panel) => panel.line === line).length > 3);
        row.append(...boxes.filter((_, number) => header.panels[number].line === line).map((box) => box.element));
        return row;
      }));
    }
    header.panels.forEach((panel, number) => boxes[number].paint(panel, array(`${number}`)));
    parts.paint(header.brought, array);
    rest();
  };
  return view;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  if (!views.has(parentElement)) views.set(parentElement, createView(root));
  views.get(parentElement).show(data);
}
