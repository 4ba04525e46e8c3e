// The stage: input, operation and output side by side, and the window that moves over them.
const stages = new WeakMap();
const PAN_PAUSE = 150; // Milliseconds between two scrolls that the pointer causes: a view must not run away under it.
const NARROW = 560; // Pixels; the style sheet's, too.
const TALLEST = 288; // Of a map on a phone, where input and output should both be in sight.

function createStage(root) {
  const view = { root, width: root.clientWidth, hovered: false, scene: null, memory: null, palettes: null };
  const input = mapPanel("input", "Input: point, or move the window with the arrow keys");
  const output = mapPanel("output", "Output: point, or move from cell to cell with the arrow keys");
  const status = el("div", "unseen", "", { role: "status" });
  const flow = el("div", "flow");
  const notes = drawnNotes();
  const bars = { input: colourBar("small"), output: colourBar("small") };
  const alone = checkbox("Show the channel alone", (checked) => { view.memory.alone = checked; paint(); });
  const every = checkbox("Mark every winner", (checked) => { view.memory.every = checked; paint(); });
  const common = checkbox("One colour scale for all maps", (checked) => {
    view.memory.scale = checked ? "all" : "map";
    paint();
  });
  input.element.append(bars.input.element, notes.element, alone.element, every.element);
  output.element.append(bars.output.element, common.element);
  const tools = toolbar({
    restart: () => moves.restart(), step: (direction) => moves.step(direction), toggle: () => moves.toggle(), zoom,
    whole: () => zoomTo(0),
    speed(perSecond) { view.memory.speed = perSecond; showTools(); },
  });
  const headline = el("div", "headline");
  const extra = el("div", "extra");
  output.spot.element.toggleAttribute("hidden", true);
  root.replaceChildren(tools.element, headline, flow, extra, status);
  let [operation, below, maps] = [null, null, null];
  let panned = 0;
  let saying = 0;

  const moves = positions(view, { update, showTools, zoom, zoomTo });
  makePointable(input, {
    ...moves.pointing,
    outputAt: ({ x, y }) => ({ row: nearestOutput(view.scene.rows, y), column: nearestOutput(view.scene.columns, x) }),
  });
  const inside = (value, count) => Math.max(0, Math.min(count - 1, Math.floor(value)));
  makePointable(output, {
    ...moves.pointing,
    outputAt: ({ x, y }) => ({
      row: inside(y, view.scene.output.rows), column: inside(x, view.scene.output.columns),
    }),
  });

  function zoom(direction) {
    zoomTo(nextLevel(view.memory.level, view.sizes.least, direction));
  }

  function zoomTo(level) {
    view.memory.level = level;
    arrange();
    mark();
    update({ centred: true });
  }

  function showTools() {
    const { memory, sizes } = view;
    tools.set({
      playing: memory.playing, perSecond: memory.speed, positions: view.scene.output.rows * view.scene.output.columns, canLess: memory.level > sizes.least,
      canMore: nextLevel(memory.level, sizes.least, 1) > Math.max(memory.level, sizes.least),
    });
  }

  function say(words) {
    clearTimeout(saying);
    saying = setTimeout(() => setText(status, words), 250);
  }

  function chooseChannel(channel) {
    view.memory.channel = channel;
    paint();
  }

  function chooseMap(map) {
    view.memory.map = map;
    paint();
  }

  function shownChannel() {
    return view.scene.pooling ? view.memory.map : view.memory.channel;
  }

  // What belongs to the operation is made anew; it is little.
  function build() {
    const { scene } = view;
    const middle = operation?.element;
    operation = operationPanel(view, chooseChannel);
    below = explanation(view, operation, chooseChannel);
    maps = scene.output.count > 1 ? mapBoard(view, chooseMap) : null;
    // The maps stay where they are: one of them may have the focus.
    if (middle) middle.replaceWith(operation.element);
    else flow.append(input.element, operation.element, output.element);
    headline.replaceChildren(below.line);
    extra.replaceChildren(below.element, ...(maps ? [maps.element] : []));
  }

  // Sizes of all things on screen.
  function arrange() {
    const { scene, memory } = view;
    const width = Math.max(80, Math.floor(output.element.clientWidth) - 2 * EDGE);
    const height = view.width < NARROW ? Math.min(width, TALLEST) : width;
    view.sizes = cellSizes(scene, { width, height }, memory.level);
    const { rows, columns } = scene;
    input.layout({
      rows: rows.size, columns: columns.size, cell: view.sizes.input, width, height, frameRows: rows,
      frameColumns: columns,
      pads: { top: rows.before, bottom: rows.after, left: columns.before, right: columns.after },
    });
    output.layout({
      rows: rows.outputs, columns: columns.outputs, cell: view.sizes.output, width, height, frameRows: ONE_CELL,
      frameColumns: ONE_CELL, pads: { top: 0, bottom: 0, left: 0, right: 0 },
    });
    showTools();
  }

  function paint() {
    const { scene, memory } = view;
    view.dark = isDark(root);
    view.palettes = palettes(scene.scales, view.dark);
    view.accent = getComputedStyle(root).getPropertyValue("--st-primary-color").trim();
    const channel = shownChannel();
    const left = paintMap(view, "input", input, channel);
    const right = paintMap(view, "output", output, memory.map);
    paintScale(bars.input, left.scale, left.coloured);
    paintScale(bars.output, right.scale, right.coloured);
    notes.set(scene);
    mark();
    alone.element.hidden = !(scene.isPicture && scene.input.count === 3);
    alone.box.checked = memory.alone;
    every.element.hidden = !canMarkWinners(scene);
    every.box.checked = memory.every;
    common.element.hidden = left.scale.picture ? scene.output.count < 2 || Boolean(scene.pooling)
      : scene.output.count < 2 && scene.input.count < 2;
    common.box.checked = memory.scale === "all";
    operation.paint(memory.map, Math.min(240, view.width));
    maps?.paint(view.width);
    maps?.select(memory.map);
    update({});
  }

  // Never-visited cells and winners, over the input.
  function mark() {
    const { scene, memory, sizes } = view;
    const beside = sizes.input >= printableFrom(scene.input);
    const winners = canMarkWinners(scene) && memory.every ? [winnerDots(scene, shownChannel(), beside)] : [];
    input.marks.replaceChildren(...neverVisitedStrips(scene), ...winners);
  }

  // What a move changes: outlines and arithmetic; the maps stay as they are painted.
  function update({ pointed = null, told = false, centred = false }) {
    const { scene, memory, sizes } = view;
    const { row, column, map } = memory;
    const channel = shownChannel();
    const at = scene.pooling ? poolingAt(scene, row, column, channel) : convolutionAt(scene, row, column, map);
    const winner = scene.pooling === "max" ? at.winner : null;
    const place = { row, column, channel, map, at, winner: winner?.offset };
    const corner = { x: column * scene.columns.stride * sizes.input, y: row * scene.rows.stride * sizes.input };
    input.outline.place(corner.x, corner.y);
    input.spot.element.toggleAttribute("hidden", !winner);
    if (winner) {
      const { before: above } = scene.rows;
      const { before: left } = scene.columns;
      input.spot.place((winner.column + left) * sizes.input, (winner.row + above) * sizes.input);
    }
    output.outline.place(column * sizes.output, row * sizes.output);
    const span = { width: scene.columns.span * sizes.input, height: scene.rows.span * sizes.input };
    const cell = { x: column * sizes.output, y: row * sizes.output, width: sizes.output, height: sizes.output };
    follow(input, { ...corner, ...span }, pointed, centred);
    follow(output, cell, pointed, centred);
    output.veil(memory.filling ? moves.reached() : null);
    operation.point(place);
    below.set(place);
    setText(input.readout, windowWords(scene, row, column));
    const value = cellText(cellOf(scene.output, row, column, map));
    setText(output.readout, `Row ${row}, column ${column}: ${value}`);
    if (told) say(below.said());
  }

  // The view stays where it is while the window is in it.
  function follow(panel, box, pointed, centred) {
    if (pointed !== panel) return panel.reveal(box, centred);
    const now = performance.now();
    if (now - panned < PAN_PAUSE) return undefined;
    const { x, y } = panel.origin;
    panel.reveal(box);
    if (x !== panel.origin.x || y !== panel.origin.y) panned = now;
    return undefined;
  }

  let shown = null;
  view.show = (bytes) => {
    // Streamlit also calls where nothing is new.
    if (shown?.length === bytes.length && shown.every((byte, i) => byte === bytes[i])) return;
    shown = bytes.slice();
    view.scene = readScene(bytes);
    view.memory = memoryOf(view.scene.key);
    fitMemory(view.memory, view.scene);
    build();
    arrange();
    paint();
    moves.start();
  };

  // The room for the maps depends on what stands between them, too.
  const observer = new ResizeObserver(() => {
    const room = output.element.clientWidth;
    if (!view.scene || (view.width === root.clientWidth && view.room === room)) return;
    Object.assign(view, { width: root.clientWidth, room });
    arrange();
    paint();
  });
  observer.observe(root);
  observer.observe(output.element);
  // The theme's ground changes by a transition of no length worth mentioning: its end tells of another theme.
  tools.element.addEventListener("transitionend", (event) => {
    if (event.propertyName === "background-color" && view.scene && isDark(root) !== view.dark) paint();
  });
  return view;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  if (!stages.has(parentElement)) stages.set(parentElement, createStage(root));
  const view = stages.get(parentElement);
  view.width = root.clientWidth;
  view.show(data);
}
