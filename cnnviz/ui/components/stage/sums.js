// The line that ends in the result: partial sums, bias, their sum, and what the activation makes of it.
function resultLine() {
  const element = el("div", "equation");
  const parts = equationLine();
  const term = (number) => {
    const whole = el("div", "term");
    const [sign, label] = [el("span", "sign"), el("span", "label")];
    whole.append(sign, number, label);
    return { element: whole, sign, number, label };
  };
  // It changes with every move of the mouse, so it is not announced by itself.
  const result = term(el("output", "number", "", { "aria-label": "Result at this position", "aria-live": "off" }));
  const after = term(el("span", "number"));
  parts.element.classList.add("parts");
  element.append(parts.element, result.element, after.element);

  function set({ terms, equals, total, label, activated }) {
    parts.element.hidden = !terms.length;
    result.element.classList.toggle("first", !terms.length);
    parts.set(terms);
    setText(result.sign, equals);
    setText(result.number, total);
    setText(result.label, label);
    after.element.hidden = !activated;
    if (!activated) return;
    setText(after.sign, "→");
    setText(after.number, activated.text);
    setText(after.label, activated.label);
  }
  return { element, set };
}

function convolutionTerms(scene, at, channel) {
  const { partials, bias, sum, result, products } = at;
  const names = scene.input.names;
  const count = partials.length;
  let summands = [];
  if (count > 1 && count <= MOST_CHIPS) {
    summands = Array.from(partials, (value, i) => ({ value, label: named("channel", names[i]) }));
  } else if (count > MOST_CHIPS) {
    summands = [
      { value: partials[channel], label: named("channel", names[channel]) },
      { value: products - partials[channel], label: `the other ${whole(count - 1)} channels` },
    ];
  } else if (bias !== null) summands = [{ value: products, label: plural(scene.cells, "product") }];
  if (bias !== null) summands.push({ value: bias, label: "bias" });
  const values = summands.map(({ value }) => value);
  const decimals = decimalsOf([...values, sum, result]);
  const adds = printedAddUp(values, sum, decimals);
  const what = bias === null ? `sum of ${plural(scene.cells * count, "product")}` : "sum with bias";
  return {
    terms: summands.map(({ value, label }, i) => ({ sign: i ? "+" : "", text: fixed(value, decimals), label })),
    equals: !summands.length ? "" : adds ? "=" : "≈",
    total: fixed(sum, decimals),
    label: adds || !summands.length ? what : `${what}, rounded`,
    activated: scene.activation === "linear" ? null
      : { text: fixed(result, decimals), label: `after ${activationName(scene.activation)}` },
  };
}

function poolingTerms(scene, at) {
  const cells = plural(at.count, "cell");
  const decimals = decimalsOf([at.total, at.result ?? 0]);
  const line = { terms: [], equals: "", total: fixed(at.result ?? 0, decimals), activated: null };
  if (scene.pooling === "max") {
    return { ...line, total: fixed(at.result, decimalsOf([at.result])), label: `largest of ${cells}` };
  }
  if (scene.pooling === "sum") return { ...line, label: `sum of ${cells}` };
  const exact = Math.abs(Number(at.total.toFixed(decimals)) / at.count - Number(at.result.toFixed(decimals))) < 1e-9;
  return {
    ...line,
    terms: [
      { sign: "", text: fixed(at.total, decimals), label: `sum of ${cells}` },
      { sign: "÷", text: whole(at.count), label: "cells inside" },
    ],
    equals: exact ? "=" : "≈", label: exact ? "average" : "average, rounded",
  };
}

// A bar for what each channel adds, where there are many; pressing one chooses the channel.
function partialBars(view, onChannel) {
  const element = el("div", "partials");
  const canvas = el("canvas", "bars", "", { role: "img" });
  const note = el("div", "note");
  element.append(el("div", "gridheading", `What each of the ${view.scene.input.count} channels adds`), canvas, note);
  canvas.addEventListener("click", (event) => {
    const box = canvas.getBoundingClientRect();
    const count = view.scene.input.count;
    const channel = Math.floor(((event.clientX - box.left) / box.width) * count);
    onChannel(Math.max(0, Math.min(count - 1, channel)));
  });

  function set(partials, channel, width) {
    const ratio = window.devicePixelRatio || 1;
    const [across, high] = [Math.round(width * ratio), Math.round(96 * ratio)];
    if (!across) return;
    if (canvas.width !== across) canvas.width = across;
    if (canvas.height !== high) canvas.height = high;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, across, high);
    const strongest = partials.reduce((best, part, c) => (Math.abs(part) > Math.abs(partials[best]) ? c : best), 0);
    const largest = Math.abs(partials[strongest]) || 1;
    const step = across / partials.length;
    const gap = Math.min(3 * ratio, step / 4);
    const [minus, plus] = [view.palettes.signed[54], view.palettes.signed[205]].map(cssColour);
    partials.forEach((part, c) => {
      const size = (part / largest) * (high / 2 - 4 * ratio);
      context.fillStyle = part < 0 ? minus : plus;
      context.fillRect(c * step + gap / 2, high / 2 - Math.max(size, 0), step - gap, Math.max(Math.abs(size), 1));
    });
    context.strokeStyle = view.accent;
    context.lineWidth = 2 * ratio;
    context.strokeRect(channel * step + ratio, ratio, Math.max(step - 2 * ratio, 2), high - 2 * ratio);
    const names = view.scene.channelNames;
    const words = `${atStart(`${named("channel", names[channel])} adds`)} ${tidy(partials[channel])}. `
      + `Largest in size: ${named("channel", names[strongest])}, ${tidy(partials[strongest])}.`;
    setText(note, words);
    canvas.setAttribute("aria-label", `Partial sums of ${partials.length} channels. ${words}`);
  }
  return { element, set };
}
