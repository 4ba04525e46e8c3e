// The pad on the page: its elements, what its buttons do, and when Python hears of the drawing.
const PAD_HTML = `
  <div class="paper">
    <canvas tabindex="0" role="application" aria-label="Drawing pad" aria-describedby="keys"></canvas>
    <p class="hint"></p>
    <p class="keys" id="keys">Arrow keys move the pen, with Shift further. Space puts it down and lifts it.</p>
    <div class="cursor" hidden></div>
  </div>
  <div class="tools" role="group" aria-label="Drawing tools">
    <button type="button" class="undo">Undo</button>
    <button type="button" class="redo">Redo</button>
    <button type="button" class="clear">Clear</button>
    <button type="button" class="eraser" aria-pressed="false">Eraser</button>
  </div>
  <div class="brush">
    <label for="brush">Brush width</label>
    <input id="brush" type="range" min="8" max="44" value="22">
    <span class="width" aria-hidden="true">22</span>
  </div>
  <p class="status" aria-live="polite"></p>`;

const FULL = "The pad is full. Clear it to go on.";
const GAP = 120; // Milliseconds before a drawing is sent while the pen is down, and between two of them.

class Pad {
  constructor(root, { saved, answered, hint }) {
    this.root = root;
    root.classList.add("pad");
    root.innerHTML = PAD_HTML;
    for (const name of ["hint", "cursor", "undo", "redo", "clear", "eraser", "width", "status"]) {
      this[`${name}Element`] = root.querySelector(`.${name}`);
    }
    this.brush = root.querySelector("input");
    this.canvas = root.querySelector("canvas");
    this.screen = new Layer(this.canvas, 1, false);
    this.raster = new Layer(document.createElement("canvas"), RASTER_SIDE, true);

    this.hint = hint;
    this.history = new History(saved);
    this.loaded = saved?.loaded ?? null;
    this.number = Math.max(saved?.number ?? 0, answered);
    this.erasing = false;
    this.stroke = null; // Under the pen.
    this.holder = null; // Who holds the pen: a pointer's id, or "keys".

    this.undoElement.onclick = () => this.undo();
    this.redoElement.onclick = () => this.redo();
    this.clearElement.onclick = () => this.clear();
    this.eraserElement.onclick = () => this.setErasing(!this.erasing);
    this.brush.oninput = () => this.showBrush();
    // A new theme arrives as CSS variables, without a call; the text's colour changes in a transition, which ends.
    root.addEventListener("transitionend", () => this.fit());
    new ResizeObserver(() => this.fit()).observe(this.canvas);
    followPointers(this);
    followKeys(this);
    this.fit();
    this.repaint();
    this.showBrush();
    // The user left with the pen down: Python holds half a stroke, which is not among those that came back.
    this.unfinished = saved?.final === false;
  }

  // Each rerun of the page comes through here; the drawing stays as it is.
  bind({ answered, load, hint }, setStateValue) {
    if (hint !== this.hint) {
      this.hint = hint;
      this.showState();
    }
    this.answered = answered;
    this.setStateValue = setStateValue;
    this.fit();
    if (load && load[0] !== this.loaded) {
      this.finish();
      this.loaded = load[0];
      this.change(() => this.history.add({ replace: load[1] }), load[1].length ? "Sample loaded" : "Pad cleared");
    } else if (this.unfinished) this.send(true);
    this.unfinished = false;
    this.sendUnfinished();
  }

  // Match the canvas to its size on the page, the screen's pixels and the theme.
  fit() {
    this.root.dataset.theme = isDark(this.root) ? "dark" : "light";
    const colour = getComputedStyle(this.canvas).color;
    const side = Math.round(this.canvas.clientWidth * devicePixelRatio);
    if (side === 0 || (side === this.canvas.width && colour === this.screen.colour)) return;
    if (side !== this.canvas.width) this.screen.resize(side);
    this.screen.colour = colour;
    this.screen.repaint(this.history.visible());
    if (this.stroke) this.screen.grow(this.stroke);
  }

  setErasing(on) {
    this.erasing = on;
    this.eraserElement.setAttribute("aria-pressed", on);
  }

  showBrush() {
    this.widthElement.textContent = this.brush.value;
    this.cursorElement.style.width = `${(100 * this.brush.value) / PAD_UNITS}%`;
  }

  say(text) {
    this.statusElement.textContent = text;
  }

  // The three calls of whoever holds the pen; x and y in units.
  begin(holder, x, y) {
    this.finish();
    if (this.history.full()) return this.showFull();
    this.holder = holder;
    this.stroke = { width: Number(this.brush.value), erase: this.erasing, points: [] };
    this.hintElement.hidden = true;
    this.sentAt = performance.now(); // A tap is over before the gap, and is sent once.
    this.extend(holder, x, y);
  }

  extend(holder, x, y) {
    if (!this.stroke || holder !== this.holder) return;
    const points = this.stroke.points;
    const tidy = (value) => Math.max(-PAD_UNITS, Math.min(2 * PAD_UNITS, Math.round(10 * value) / 10));
    const [newX, newY] = [tidy(x), tidy(y)];
    if (points.length && Math.hypot(newX - points.at(-2), newY - points.at(-1)) < 1) return;
    points.push(newX, newY);
    this.frame ??= requestAnimationFrame(() => this.paintStroke());
    this.unsent = true;
    this.sendUnfinished();
    if (points.length >= 2 * MAX_STROKE_POINTS) this.finish();
  }

  finish() {
    const stroke = this.stroke;
    if (!stroke) return;
    this.stroke = this.holder = null;
    this.screen.finish(stroke);
    this.raster.finish(stroke);
    // An eraser on an empty pad did nothing that could be undone.
    if (!(stroke.erase && this.blank)) this.history.add(stroke);
    this.showState();
    this.send(true);
  }

  undo() {
    this.finish();
    if (this.history.steps.length) this.change(() => this.history.undo(), "Undone");
  }

  redo() {
    this.finish();
    if (this.history.undone.length) this.change(() => this.history.redo(), "Redone");
  }

  clear() {
    this.finish();
    if (this.blank) return;
    this.setErasing(false);
    this.change(() => this.history.add({ replace: [] }), "Pad cleared");
  }

  change(step, words) {
    step();
    this.repaint();
    this.say(words);
    this.send(true);
  }

  repaint() {
    for (const layer of [this.screen, this.raster]) layer.repaint(this.history.visible());
    this.showState();
  }

  showState() {
    this.blank = this.raster.ink().every((value) => value === 0);
    // Not `disabled`, which would take the focus from a button that has just done its work.
    this.undoElement.setAttribute("aria-disabled", this.history.steps.length === 0);
    this.redoElement.setAttribute("aria-disabled", this.history.undone.length === 0);
    this.clearElement.setAttribute("aria-disabled", this.blank);
    this.hintElement.textContent = this.hint;
    this.hintElement.hidden = !this.blank;
  }

  showFull() {
    this.hintElement.textContent = FULL;
    this.hintElement.hidden = false;
    this.say(FULL);
  }

  paintStroke() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    if (!this.stroke) return;
    this.screen.grow(this.stroke);
    this.raster.grow(this.stroke);
  }

  // While the pen is down: as soon as the last drawing was answered and the gap has passed.
  sendUnfinished() {
    if (!this.stroke || !this.unsent || this.number > this.answered || !this.canvas.isConnected) return;
    clearTimeout(this.timer);
    const wait = this.sentAt + GAP - performance.now();
    if (wait > 0) this.timer = setTimeout(() => this.sendUnfinished(), wait);
    else this.send(false);
  }

  send(final) {
    this.paintStroke();
    this.unsent = false;
    this.sentAt = performance.now();
    this.number += 1;
    this.setStateValue("drawing", {
      pixels: toBase64(this.raster.ink()),
      strokes: final ? this.history.steps : null,
      undone: final ? this.history.undone : null,
      number: this.number,
      final,
      loaded: this.loaded,
    });
  }
}

const PADS = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (!PADS.has(parentElement)) PADS.set(parentElement, new Pad(parentElement.querySelector(".root"), data));
  PADS.get(parentElement).bind(data, setStateValue);
}
