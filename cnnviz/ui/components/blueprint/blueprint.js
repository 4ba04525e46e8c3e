// A network drawn to scale, the selected layer in detail, and all layers as a table.
const views = new WeakMap();
// Streamlit may take the drawing off the page and put it back; what was selected then stays.
const kept = new Map();

function createView(root) {
  const view = { root, selected: null, maps: () => {}, toggle: () => {} };
  const select = (name, takesFocus) => {
    view.selected = name;
    kept.set(view.plan.network, name);
    paint(takesFocus);
  };
  const drawing = blueprintDrawing(view, select);
  const detail = blueprintDetail(view, select);
  const table = blueprintTable(view, select);
  root.replaceChildren(drawing.element, detail.element, table.element);

  function paint(takesFocus) {
    drawing.mark(view.homes(view.selected), takesFocus);
    detail.paint();
    table.mark(view.selected);
  }

  // The block that shows a layer: a closed model shows all of its own.
  view.homes = (name) => view.plan.homes[name] ?? name;
  // The model that a button would open or close: the one selected, or the one that the selected layer lies in.
  view.around = (name) => {
    if (view.models.has(name)) return name;
    const home = view.homes(name);
    return home !== name ? home : view.plan.facts.find((fact) => fact.name === name)?.group.at(-1);
  };

  view.show = (bytes) => {
    view.plan = unpack(bytes).header;
    view.models = new Map(view.plan.models.map((fact) => [fact.name, fact]));
    view.facts = new Map([...view.models, ...view.plan.facts.map((fact) => [fact.name, fact])]);
    const form = view.plan.network + view.plan.wide.length + view.plan.opened.join();
    const wanted = kept.get(view.plan.network);
    // A model that has been opened is no block any more: its first layer is selected in its place.
    view.selected = view.facts.has(wanted) ? wanted : view.plan.selected;
    if (view.models.has(view.selected) && view.plan.opened.includes(view.selected)) {
      view.selected = view.plan.facts.find((fact) => fact.group.includes(view.selected)).name;
    }
    if (form !== view.form) {
      view.form = form;
      const hadFocus = root.contains(root.getRootNode().activeElement) && view.toggled;
      drawing.build();
      table.build();
      view.toggled = false;
      paint(hadFocus);
    }
  };
  new ResizeObserver(() => {
    if (view.plan && (root.clientWidth < NARROW) !== view.isNarrow) {
      drawing.build();
      paint(false);
    }
  }).observe(root);
  return view;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  if (!views.has(parentElement)) views.set(parentElement, createView(root));
  const view = views.get(parentElement);
  view.maps = (name) => setTriggerValue("maps", name);
  view.toggle = (name) => {
    if (!view.models.has(name)) return;
    view.toggled = true;
    setTriggerValue("toggled", name);
  };
  view.show(data);
}
