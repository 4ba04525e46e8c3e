// The selected layer: all its maps as one large picture, and below it the one that is selected.
function detail(view, say, summaryOf) {
  const element = el("section", "detail", "", { role: "region" });
  const title = el("div", "title");
  const plain = el("div", "plain");
  const facts = el("div", "facts");
  const content = el("div", "content");
  const readout = el("div", "readout");
  element.append(title, plain, facts, content);
  let board = null;
  let panel = null;

  function build() {
    const { layer } = view;
    setText(title, layer.title);
    setText(plain, plainWords(view, layer));
    element.setAttribute("aria-label", `Layer ${layer.name}`);
    content.replaceChildren();
    board = panel = null;
    view.preview = null;
    if (!layer.values.length) {
      content.append(el("div", "note", "This layer sends no values."));
      return;
    }
    if (!["softmax", "flatten"].includes(layer.kind)) {
      board = tileBoard({
        label: layer.flat ? `Units of ${layer.name}` : `Maps of ${layer.name}`, noun: layer.flat ? "Unit" : "Channel",
        onSelect: selectMap, onPoint: pointMap,
        onLeave: () => {
          if (view.preview === null) return;
          view.preview = null;
          panel.paint();
          tell();
        },
      });
      content.append(board.element, readout);
    }
    const panels = { softmax: softmaxPanel, flatten: flattenPanel, dense: densePanel };
    panel = (panels[layer.kind] ?? (layer.flat && !layer.previous ? densePanel : mapPanel))(view, layer, say, tell);
    content.append(panel.element);
  }

  function selectMap(map, byKey) {
    const memory = view.memory(view.layer);
    view.preview = null;
    memory.map = map;
    memory.chosen = true;
    board.select(map);
    panel.paint();
    tell();
    view.showLegend();
    if (byKey) say(readout.textContent);
  }

  // The mouse over a map shows that map's kernels and numbers below, for the cell under it, until it leaves.
  function pointMap(hit) {
    const before = shownMap(view, view.layer);
    view.preview = hit;
    if (before === hit.tile && panel.point) panel.point();
    else if (before !== hit.tile) panel.paint();
    tell();
  }

  // The line tells of the cell that the panel below it shows.
  function tell() {
    const { layer } = view;
    if (!board) return;
    const map = shownMap(view, layer);
    const { row, column, automatic } = shownCell(view, layer);
    const value = readable(valueAt(layer, row, column, map));
    setText(readout, layer.flat
      ? `${unitWords(view, layer, map)} · ${value}`
      : `channel ${map} · row ${row} · column ${column} · ${value}${automatic ? `, ${peakWords(layer)} of this map` : ""}`);
  }

  function paint() {
    const { layer } = view;
    const counted = layer.flat && layer.kind !== "flatten" ? "" : "rows, columns and channels count from 0";
    const text = [layer.name, layer.values.length ? shapeText(layer) : "", layer.parameters, counted];
    setText(facts, text.filter(Boolean).join("  ·  "));
    if (!panel) return;
    if (board) {
      const { canvas, place } = summaryOf(layer.index);
      board.arrange({
        count: layer.channels, rows: layer.rows, columns: layer.columns, width: view.width,
        height: view.width < 560 ? 560 : 400, largest: layer.flat ? 48 : 168, numbered: layer.channels > 1,
        names: Array.from({ length: layer.channels }, (_, unit) => unitName(view, layer, unit)),
      });
      board.paint(canvas, place, describe(view, layer));
      board.select(view.memory(layer).map);
      tell();
    }
    panel.paint();
  }

  return { element, build, paint };
}
