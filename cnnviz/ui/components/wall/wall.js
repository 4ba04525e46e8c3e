// All maps of a layer: tiles to select from, in an order and on a scale to choose, with a legend.
const views = new WeakMap();
const PATIENCE = 150; // Milliseconds that a hand on the arrow keys rests before the server is told.
const kept = { order: "index", scale: "map" };

function createView(root) {
  const view = { root, ...kept, selected: 0, byHand: "", tell: () => {} };
  view.limitOf = (number) => (view.scale === "layer" ? view.limit : view.wall.limits[number]);
  const tiles = tileList(view, mapTiles(view), (number) => {
    view.selected = number;
    view.byHand = view.wall.layer;
    tiles.select(number, false);
    paintLegend();
    clearTimeout(view.timer);
    view.timer = setTimeout(() => view.tell({ layer: view.wall.layer, number }), PATIENCE);
  });
  const legend = colourBar();
  const controls = el("div", "controls");
  controls.append(
    choiceSwitch("Sort by", Object.keys(ORDERS).map((key) => [key, key]), view.order, (order) => {
      view.order = kept.order = order;
      tiles.arrange();
      tiles.element.scrollTop = 0;
      paint();
    }),
    choiceSwitch("Colour scale", [["map", "per map"], ["layer", "per layer"]], view.scale, (scale) => {
      view.scale = kept.scale = scale;
      paint();
    }),
  );
  root.replaceChildren(controls, tiles.element, legend.element);

  function paintLegend() {
    const { wall } = view;
    const whose = view.scale === "layer" ? "one scale for all maps" : `each map has its own scale; this is that of map ${view.selected}`;
    const thinned = wall.thinned > 1 ? `; each cell here is the mean of ${wall.thinned} × ${wall.thinned}` : "";
    legend.paint({
      limit: view.limitOf(view.selected), signed: wall.signed, colours: wall.signed ? view.palettes.signed : view.palettes.plain,
      meaning: `${wall.signed ? "blue: negative, orange: positive" : "dark: 0, bright: large"}; ${whose}${thinned}. On each tile: its number, and its ${view.order === "mean" ? "mean" : "maximum"}`,
    });
  }

  function paint() {
    const dark = isDark(root);
    if (view.dark !== dark || !view.palettes) {
      view.dark = dark;
      view.palettes = palettes(view.wall.scales, dark);
    }
    tiles.paint();
    paintLegend();
  }

  view.show = (bytes) => {
    const { header, array } = unpack(bytes);
    view.wall = { ...header, maps: array("maps") };
    view.limit = Math.max(...header.limits);
    // A hand may be ahead of the server.
    if (view.byHand !== header.layer) view.selected = header.selected;
    view.byHand = view.byHand === header.layer ? view.byHand : "";
    view.selected = Math.min(view.selected, header.limits.length - 1);
    const form = `${header.layer}|${header.limits.length}`;
    // The same tiles serve again, so that nothing jumps and a focused one stays focused.
    if (form !== view.form) {
      view.form = form;
      tiles.build();
    }
    tiles.arrange();
    tiles.select(view.selected, form !== view.shown);
    view.shown = form;
    paint();
  };
  return view;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".root");
  if (!views.has(parentElement)) views.set(parentElement, createView(root));
  const view = views.get(parentElement);
  view.tell = (value) => setStateValue("map", value);
  view.show(data);
}
