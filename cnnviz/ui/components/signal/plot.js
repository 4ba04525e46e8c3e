// Three bands over one another, on one x axis: the signal, the kernel where it is now, the output.
const LEAST_STEP = 2.5; // Pixels from one point to the next; longer signals are scrolled.
const LABELS = 72; // Pixels beside the bands: numbers on the left, and room for marks at both ends.
const BANDS = {
  input: { top: 34, height: 124 },
  kernel: { top: 200, height: 60 },
  output: { top: 304, height: 124 },
};
const HEIGHT = 440;
const SVG = "http://www.w3.org/2000/svg";

function shape(tag, attributes = {}, parent = null) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  parent?.append(element);
  return element;
}

function createPlot() {
  const element = el("div", "plot");
  const labels = el("div", "labels", "", { "aria-hidden": "true" });
  const scroller = el("div", "scroller", "", { tabindex: "0", role: "slider" }); // What scrolls must take keys.
  const svg = shape("svg", { "aria-hidden": "true" });
  scroller.append(svg);
  element.append(labels, scroller);
  return { element, labels, scroller, svg, step: 1 };
}

// Everything that stays while the kernel moves.
function buildPlot(plot, scene) {
  const room = Math.max(120, plot.element.clientWidth - LABELS);
  plot.step = Math.max(LEAST_STEP, room / scene.padded);
  const width = plot.step * scene.padded;
  plot.scrolls = width > room + 1;
  plot.scroller.classList.toggle("scrolls", plot.scrolls);
  plot.svg.setAttribute("width", width);
  plot.svg.setAttribute("height", HEIGHT);
  plot.svg.replaceChildren();
  plot.labels.replaceChildren();
  // A cell of padding is drawn at 0.
  plot.scales = {
    input: bandScale(BANDS.input, scene.values, scene.padded > scene.size),
    kernel: bandScale(BANDS.kernel, scene.weights, true),
    output: bandScale(BANDS.output, scene.output, false),
  };
  padding(plot, scene, width);
  const size = plural(scene.size, "point");
  band(plot, "input", `Input: ${size}`, width);
  band(plot, "kernel", `Kernel: ${plural(scene.window, "weight")}`, width);
  band(plot, "output", `Output: ${plural(scene.outputs, "point")}`, width);
  plot.mark = shape("rect", { class: "window", y: BANDS.input.top - 6, height: BANDS.kernel.top + BANDS.kernel.height - BANDS.input.top + 12 }, plot.svg);
  line(plot, "input", scene.values, (i) => plot.step * (scene.before + i + 0.5));
  line(plot, "output", scene.output, (i) => centreOf(plot, scene, i));
  plot.leader = shape("line", { class: "leader", y1: BANDS.kernel.top + BANDS.kernel.height + 6 }, plot.svg);
  plot.taps = Array.from({ length: scene.window }, () => shape("circle", { class: "tap", r: plot.step > 6 ? 5 : 3 }, plot.svg));
  plot.stems = Array.from(scene.weights, (weight) => {
    const colour = weight < 0 ? scene.colours.below : scene.colours.above;
    const stem = shape("g", { stroke: colour, fill: colour }, plot.svg);
    shape("line", { y1: plot.scales.kernel(0), y2: plot.scales.kernel(weight), "stroke-width": plot.step > 6 ? 4 : 2 }, stem);
    shape("circle", { cy: plot.scales.kernel(weight), r: plot.step > 6 ? 5 : 2.5 }, stem);
    return stem;
  });
  plot.result = shape("circle", { class: "result", r: 7 }, plot.svg);
}

// What moves.
function movePlot(plot, scene, position) {
  const start = position * scene.stride;
  plot.mark.setAttribute("x", start * plot.step);
  plot.mark.setAttribute("width", scene.span * plot.step);
  for (let tap = 0; tap < scene.window; tap++) {
    const place = start + tap * scene.dilation;
    const x = plot.step * (place + 0.5);
    plot.taps[tap].setAttribute("cx", x);
    plot.taps[tap].setAttribute("cy", plot.scales.input(valueOf(scene, place)));
    plot.stems[tap].setAttribute("transform", `translate(${x} 0)`);
  }
  const x = centreOf(plot, scene, position);
  const y = plot.scales.output(scene.output[position]);
  plot.result.setAttribute("cx", x);
  plot.result.setAttribute("cy", y);
  plot.leader.setAttribute("x1", x);
  plot.leader.setAttribute("x2", x);
  plot.leader.setAttribute("y2", y - 7);
}

function followPlot(plot, scene, position) {
  if (!plot.scrolls) return;
  const x = centreOf(plot, scene, position);
  const { scrollLeft, clientWidth } = plot.scroller;
  if (x < scrollLeft + 40 || x > scrollLeft + clientWidth - 40) plot.scroller.scrollLeft = x - clientWidth / 2;
}

// The position whose window lies around a place on the screen.
function positionAt(plot, scene, clientX) {
  const x = clientX - plot.svg.getBoundingClientRect().left;
  const position = Math.round((x / plot.step - scene.span / 2) / scene.stride);
  return Math.max(0, Math.min(scene.outputs - 1, position));
}

// The value under the window, 0 in the padding; `place` counts from the first cell of the padding.
function valueOf(scene, place) {
  const index = place - scene.before;
  return index >= 0 && index < scene.size ? scene.values[index] : 0;
}

// An output stands under the middle of its window.
function centreOf(plot, scene, position) {
  return plot.step * (position * scene.stride + scene.span / 2);
}

// From a value to its height. What lies far from 0 would be flat if 0 were always in sight.
function bandScale({ top, height }, values, withZero) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const near = Math.max(low, -high) <= high - low || low === high;
  if (near || withZero) [low, high] = [Math.min(low, 0), Math.max(high, 0)];
  const range = high - low || 1;
  const scale = (value) => top + ((high - value) / range) * height;
  return Object.assign(scale, { low, high, hasZero: low <= 0 && high >= 0 });
}

function padding(plot, scene, width) {
  const after = scene.padded - scene.before - scene.size;
  const { top, height } = BANDS.input;
  const zones = [[0, scene.before], [width - after * plot.step, after]].filter(([, cells]) => cells > 0);
  if (!zones.length) return;
  const pattern = shape("pattern", { id: "hatch", width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, shape("defs", {}, plot.svg));
  shape("line", { y2: 8, class: "hatch" }, pattern);
  for (const [x, cells] of zones) {
    shape("rect", { x, y: top - 6, width: cells * plot.step, height: height + 12, fill: "url(#hatch)" }, plot.svg);
  }
}

function band(plot, name, title, width) {
  const { top, height } = BANDS[name];
  const scale = plot.scales[name];
  if (scale.hasZero) shape("line", { class: "zero", x1: 0, x2: width, y1: scale(0), y2: scale(0) }, plot.svg);
  const heading = el("div", "title", title);
  heading.style.top = `${top - 32}px`;
  plot.labels.append(heading);
  // Numbers that would lie on each other are left out.
  const shown = [];
  for (const value of scale.hasZero ? [scale.high, scale.low, 0] : [scale.high, scale.low]) {
    if (shown.every((other) => Math.abs(scale(other) - scale(value)) > 20)) shown.push(value);
  }
  for (const value of shown) {
    const number = el("div", "tick", readable(value));
    number.style.top = `${scale(value) - 11}px`;
    plot.labels.append(number);
  }
}

function line(plot, name, values, place) {
  const scale = plot.scales[name];
  const points = Array.from(values, (value, i) => `${place(i).toFixed(2)},${scale(value).toFixed(2)}`);
  shape("polyline", { class: "curve", points: points.join(" ") }, plot.svg);
  // One path for all points: two thousand circles would make moving the kernel slow.
  const radius = plot.step > 6 ? 3 : 1.5;
  const dots = points.map((point) => `M${point}h0`).join("");
  shape("path", { class: "dots", d: dots, "stroke-width": 2 * radius }, plot.svg);
}
