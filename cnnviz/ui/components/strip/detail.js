// The selected layer: all its maps as one large picture, and below it the one that is selected.
function detail(view, say, summaryOf) {
  const element = el("section", "detail", "", { role: "region" });
  const title = el("div", "title");
  const facts = el("div", "facts");
  const content = el("div", "content");
  const readout = el("div", "readout");
  element.append(title, facts, content);
  let board = null;
  let panel = null;

  function build() {
    const { layer } = view;
    setText(title, layer.title);
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
    panel = (panels[layer.kind] ?? (layer.flat && !layer.previous ? densePanel : mapPanel))(view, layer, say);
    content.append(panel.element);
  }

  function selectMap(map, byKey) {
    const memory = view.memory(view.layer);
    view.preview = null;
    memory.map = map;
    board.select(map);
    panel.paint();
    tell();
    view.showLegend();
    if (byKey) say(readout.textContent);
  }

  // The mouse over a map shows that map's kernels and numbers below, until it leaves.
  function pointMap({ tile, row, column }, pointer) {
    const { layer } = view;
    const value = readable(valueAt(layer, row, column, tile));
    setText(readout, layer.flat
      ? `${unitWords(view, layer, tile)} · ${value}`
      : `channel ${tile} · row ${row} · column ${column} · ${value}`);
    if (pointer !== "mouse" || view.preview === tile) return;
    view.preview = tile;
    panel.paint();
  }

  // With no pointer on the board, the line tells of the selected map.
  function tell() {
    const { layer } = view;
    const { map } = view.memory(layer);
    const value = readable(layer.peaks[map]);
    setText(readout, layer.flat
      ? `${unitWords(view, layer, map)} · ${value}`
      : `channel ${map} · largest value ${value}, row ${Math.floor(layer.peakCells[map] / layer.columns)}, `
        + `column ${layer.peakCells[map] % layer.columns}`);
  }

  function paint() {
    const { layer } = view;
    const text = [layer.name, layer.values.length ? shapeText(layer) : "", layer.parameters];
    setText(facts, text.filter(Boolean).join("  ·  "));
    if (!panel) return;
    if (board) {
      const { canvas, place } = summaryOf(layer.index);
      board.arrange({
        count: layer.channels, rows: layer.rows, columns: layer.columns, width: view.width,
        height: view.width < 640 ? 560 : 400, largest: layer.flat ? 48 : 168, numbered: layer.channels > 1,
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
