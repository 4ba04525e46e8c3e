// A signal under a sliding kernel: the kernel follows mouse, finger and arrow keys, or plays by itself.
const scenes = new WeakMap();
const WHOLE_RUN = 12_000; // Milliseconds from the first position to the last.

function createScene(root) {
  const plot = createPlot();
  const sums = createSums();
  const controls = el("div", "controls");
  const [play, back, forth] = ["Play", "Step back", "Step"].map((name) => el("button", "", name, { type: "button" }));
  controls.append(play, back, forth, sums.headline);
  root.replaceChildren(controls, plot.element, sums.element);
  const state = { plot, sums, position: 0, moved: false, scene: null, timer: null, width: 0 };

  function show(position) {
    const last = state.scene.outputs - 1;
    state.position = Math.max(0, Math.min(last, position));
    movePlot(plot, state.scene, state.position);
    showSums(sums, state.scene, state.position);
    plot.scroller.setAttribute("aria-valuenow", state.position);
    plot.scroller.setAttribute("aria-valuetext", `Position ${state.position}, result ${sums.result.textContent}`);
  }
  const go = (position) => {
    show(position);
    followPlot(plot, state.scene, state.position);
  };
  const move = (position) => {
    state.moved = true;
    go(position);
  };
  const stop = () => {
    clearInterval(state.timer);
    state.timer = null;
    setText(play, "Play");
  };
  const start = () => {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const pause = Math.max(calm ? 500 : 40, Math.min(500, WHOLE_RUN / state.scene.outputs));
    state.timer = setInterval(() => {
      if (!root.isConnected) return stop();
      move(state.position >= state.scene.outputs - 1 ? 0 : state.position + 1);
    }, pause);
    setText(play, "Pause");
  };
  play.addEventListener("click", () => (state.timer === null ? start() : stop()));
  back.addEventListener("click", () => { stop(); move(state.position - 1); });
  forth.addEventListener("click", () => { stop(); move(state.position + 1); });

  const point = (event) => {
    stop();
    state.moved = true;
    show(positionAt(plot, state.scene, event.clientX));
  };
  plot.svg.addEventListener("pointermove", (event) => {
    // A finger on a signal that scrolls moves the signal; it chooses where it comes down.
    if (event.pointerType === "mouse" || !plot.scrolls) point(event);
  });
  plot.svg.addEventListener("pointerdown", point);
  plot.scroller.addEventListener("keydown", (event) => {
    const last = state.scene.outputs - 1;
    const leap = Math.max(1, Math.round(last / 10));
    const to = {
      ArrowRight: state.position + 1, ArrowUp: state.position + 1, ArrowLeft: state.position - 1, ArrowDown: state.position - 1,
      PageUp: state.position + leap, PageDown: state.position - leap, Home: 0, End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    stop();
    move(to);
  });
  state.paint = () => {
    state.width = root.clientWidth;
    const { scene } = state;
    const dark = isDark(root);
    const scale = dark ? scene.divergingDark : scene.diverging;
    // One step from the ends of the scale: dark enough on white, bright enough on black.
    scene.colours = { below: scale[1], above: scale[scale.length - 2] };
    buildPlot(plot, scene);
    plot.scroller.setAttribute("aria-label", inWords(scene));
    plot.scroller.setAttribute("aria-valuemin", 0);
    plot.scroller.setAttribute("aria-valuemax", scene.outputs - 1);
    // Until the learner moves it, the kernel stands where most comes out.
    go(state.moved ? state.position : strongest(scene.output));
  };
  new ResizeObserver(() => {
    if (state.scene && state.width !== root.clientWidth) state.paint();
  }).observe(root);
  state.stop = stop;
  return state;
}

function strongest(output) {
  let best = 0;
  output.forEach((value, i) => { if (Math.abs(value) > Math.abs(output[best])) best = i; });
  return best;
}

function inWords(scene) {
  const [low, high] = [Math.min(...scene.output), Math.max(...scene.output)];
  return `Position of the kernel. At the top the signal, ${scene.name}, with ${scene.size} points; in the middle the `
    + `kernel of ${plural(scene.window, "weight")}; at the bottom the output, ${plural(scene.outputs, "point")} `
    + `from ${readable(low)} to ${readable(high)}.`;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  if (!scenes.has(parentElement)) scenes.set(parentElement, createScene(root));
  const state = scenes.get(parentElement);
  const { header, array } = unpack(data);
  const [values, weights, output] = ["values", "weights", "output"].map((name) => floats(array(name)));
  const scene = { ...header, values, weights, output };
  scene.decimals = decimalsFor(scene.output, 3);
  scene.valueDecimals = decimalsFor(scene.values, 3);
  scene.weightDecimals = decimalsFor(scene.weights, 2);
  state.scene = scene;
  state.paint();
  return () => state.stop();
}
