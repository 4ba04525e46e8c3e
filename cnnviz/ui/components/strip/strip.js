// The strip of layers: a row of cards, a colour scale, and the selected layer in detail.
const views = new WeakMap();
// Streamlit may take the strip off the page and put it back while it changes; what was chosen then stays.
const kept = { scale: "layer", selected: null, form: null, memories: new Map() };

function createView(root) {
  const view = { root, scale: kept.scale, preview: null, selected: kept.selected, width: root.clientWidth };
  // What the learner chose in each layer: kept while pictures come and go.
  view.memory = (layer) => {
    if (!kept.memories.has(layer.name)) {
      kept.memories.set(layer.name, { map: layer.strongest, cell: null, pinned: false, channel: null, chosen: false });
    }
    return kept.memories.get(layer.name);
  };
  const status = el("div", "unseen", "", { role: "status" });
  const say = (words) => setText(status, words);
  const row = overview(view, selectLayer);
  const details = detail(view, say, row.montage);
  const legend = colourBar();
  const controls = el("div", "controls");
  controls.append(scaleSwitch(view, (scale) => {
    view.scale = kept.scale = scale;
    paint();
  }), legend.element);
  view.showLegend = () => {
    // A table of shares has no colours to explain; their room stays, so that nothing jumps.
    controls.classList.toggle("idle", view.layer.kind === "softmax" || !view.layer.values.length);
    paintLegend(view, legend, Math.min(view.memory(view.layer).map, view.layer.channels - 1));
  };
  root.replaceChildren(row.element, controls, details.element, status);

  // What nobody chose stays only while it is well visible.
  function reselect(layer) {
    const memory = kept.memories.get(layer.name);
    if (memory && !memory.chosen && layer.limits[memory.map] < layer.limit / 2) memory.map = layer.strongest;
  }

  function selectLayer(index, byKey) {
    view.layer = view.model.layers[index];
    view.selected = kept.selected = view.layer.name;
    row.select(index);
    details.build();
    details.paint();
    view.showLegend();
    if (byKey) say(`${view.layer.title}, ${shapeText(view.layer)}`);
  }

  function paint() {
    const dark = isDark(root);
    if (view.dark !== dark || !view.palettes) {
      view.dark = dark;
      view.palettes = palettes(view.model.scales, dark);
    }
    view.accent = getComputedStyle(root).getPropertyValue("--st-primary-color").trim();
    row.paint();
    details.paint();
    view.showLegend();
  }

  // New numbers for the same layers are painted where the old ones are; other layers need other cards.
  view.show = (bytes) => {
    const model = readModel(bytes);
    root.hidden = !model.layers.length;
    if (root.hidden) return;
    const form = formOf(model);
    if (form === view.form) {
      refill(view.model.layers, model.layers);
      view.model = { ...model, layers: view.model.layers };
      view.model.layers.forEach(reselect);
    } else {
      view.form = form;
      view.model = model;
      if (kept.form !== form) kept.memories.clear();
      kept.form = form;
      const first = model.layers.findIndex((layer) => layer.kind === "convolution");
      const same = model.layers.findIndex((layer) => layer.name === view.selected);
      view.layer = model.layers[same >= 0 ? same : Math.max(first, 0)];
      view.selected = view.layer.name;
      view.model.layers.forEach(reselect);
      row.build();
      row.select(view.layer.index);
      details.build();
    }
    paint();
  };

  new ResizeObserver(() => {
    if (!view.model || view.width === root.clientWidth) return;
    view.width = root.clientWidth;
    paint();
  }).observe(root);
  return view;
}

// Everything that the cards and panels are built from: all but the numbers and the words.
function formOf({ layers }) {
  const facts = [
    "name", "title", "kind", "parameters", "shape", "kernelShape", "padding", "strides", "activation", "window", "pooling",
  ];
  return JSON.stringify(layers.map((layer) => facts.map((fact) => layer[fact])));
}

// The panels hold on to their layers, so the layers stay and their numbers change.
function refill(layers, fresh) {
  layers.forEach((layer, index) => Object.assign(layer, fresh[index], { previous: layers[index - 1] ?? null }));
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  if (!views.has(parentElement)) views.set(parentElement, createView(root));
  const view = views.get(parentElement);
  view.pending = data;
  // The answer elsewhere on the page is painted first.
  requestAnimationFrame(() => setTimeout(() => {
    if (!view.pending) return;
    const bytes = view.pending;
    view.pending = null;
    view.width = root.clientWidth;
    view.show(bytes);
  }));
}
