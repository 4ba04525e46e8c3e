// The choice of colour scale, and the legend that says what the colours mean.
const SCALE_CHOICES = [["map", "per map"], ["layer", "per layer"], ["network", "per network"]];
let scaleCount = 0;

function scaleSwitch(view, onChange) {
  const element = el("fieldset", "scale");
  element.append(el("legend", "", "Colour scale"));
  const group = `scale${scaleCount++}`;
  const row = el("div", "choices");
  for (const [value, words] of SCALE_CHOICES) {
    const label = el("label");
    const radio = el("input", "", "", { type: "radio", name: group, value });
    radio.checked = value === view.scale;
    radio.addEventListener("change", () => onChange(value));
    label.append(radio, el("span", "", words));
    row.append(label);
  }
  element.append(row);
  return element;
}

function paintLegend(view, legend, channel) {
  const { layer } = view;
  const limit = limitOf(view, layer, channel);
  let meaning = "dark: 0, bright: large";
  if (layer.kind === "input") meaning = "black: 0, white: large";
  if (layer.signed) meaning = "blue: negative, orange: positive";
  if (view.scale === "map" && layer.channels > 1 && !layer.flat) {
    meaning += `; each map has its own scale, channel ${channel} reaches ${readable(limit)}`;
  } else if (view.scale === "network" && layer.hidden) {
    meaning += "; one scale for all hidden layers";
  }
  if (layer.largest > limit && limit === layer.limit) {
    const from = readable(limit);
    meaning += `; values beyond ${layer.signed ? "±" : ""}${from} get the last colour, `
      + `the farthest is ${readable(layer.peaks[layer.strongest])}`;
  }
  legend.paint({ limit, signed: layer.signed, colours: paletteOf(view, layer), meaning });
}
