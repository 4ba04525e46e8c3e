// The kernels of a layer: tiles to select from, and the selected one in detail.
const views = new WeakMap();
// Streamlit may take the gallery off the page and put it back; what was chosen then stays.
const kept = { order: "index", scale: "kernel", selected: new Map() };

function createView(root) {
  const view = { root, order: kept.order, scale: kept.scale, selected: 0, width: root.clientWidth, open: () => {} };
  view.limitOf = (kernel, name) => (view.scale === "layer" ? view.gallery : kernel).limits[name];
  const tiles = tileList(view, kernelTiles(view), (number) => {
    view.selected = number;
    kept.selected.set(view.gallery.layer, number);
    tiles.select(number, false);
    detail.paint();
  });
  const detail = kernelDetail(view, (number) => view.open(number));
  const controls = el("div", "controls");
  controls.append(
    choiceSwitch("Sort by", Object.entries(ORDERS).map(([key, [words]]) => [key, words]), view.order, (order) => {
      view.order = kept.order = order;
      tiles.arrange();
      tiles.element.scrollTop = 0;
      tiles.paint();
    }),
    choiceSwitch("Colour scale", [["kernel", "per kernel"], ["layer", "per layer"]], view.scale, (scale) => {
      view.scale = kept.scale = scale;
      paint();
    }),
  );
  const body = el("div", "body");
  body.append(tiles.element, detail.element);
  root.replaceChildren(controls, body);

  function paint() {
    const dark = isDark(root);
    if (view.dark !== dark || !view.palettes) {
      view.dark = dark;
      view.palettes = palettes(view.gallery.scales, dark);
    }
    tiles.paint();
    detail.paint();
  }

  view.show = (bytes) => {
    view.gallery = readGallery(bytes);
    const { layer, kernels } = view.gallery;
    view.selected = Math.min(kept.selected.get(layer) ?? 0, kernels.length - 1);
    // The same tiles serve again, so that nothing jumps and a focused one stays focused.
    const form = `${layer}|${kernels.length}`;
    if (form !== view.form) {
      view.form = form;
      tiles.build();
    }
    tiles.arrange();
    tiles.select(view.selected, false);
    paint();
  };
  return view;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  if (!views.has(parentElement)) views.set(parentElement, createView(root));
  const view = views.get(parentElement);
  view.open = (number) => setTriggerValue("opened", number);
  view.show(data);
}
