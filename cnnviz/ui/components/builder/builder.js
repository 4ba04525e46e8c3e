// The list of layers: what its parts do to it, and when Python hears of it. What a layer makes, Python tells.
const BUILDER_HTML = `
  <div class="bar" role="group" aria-label="All layers">
    <button type="button" class="undo">Undo</button>
    <button type="button" class="redo">Redo</button>
    <span class="again"><select class="preset" aria-label="Network to begin from"></select>
      <button type="button" class="restart">Begin from it</button></span>
    <label class="file">Open layers (JSON)<input type="file" accept=".json,application/json"></label>
  </div>
  <p class="problem" role="alert"></p>
  <div class="heads" aria-hidden="true"><span></span><span>makes</span><span>parameters</span><span>sees</span></div>
  <ol class="list" aria-label="Layers, from the picture to the answer"></ol>
  <p class="all"></p>
  <p class="complaint end"></p>
  <p class="unseen status" role="status"></p>`;
const LARGEST_FILE = 1e6; // Bytes.
const FIRST = 0; // The id of the picture's line.

class Builder {
  constructor(root, data) {
    this.root = root;
    root.classList.add("builder");
    root.innerHTML = BUILDER_HTML;
    const find = (name) => root.querySelector(`.${name}`);
    [this.list, this.all, this.ending, this.problem, this.status, this.preset] =
      ["list", "all", "end", "problem", "status", "preset"].map(find);
    [this.undoButton, this.redoButton] = ["undo", "redo"].map(find);
    if (!STEPS.has(data.key)) STEPS.set(data.key, new Steps(data));
    this.steps = STEPS.get(data.key);
    this.cards = new Map();
    this.facts = new Map();
    this.opened = null;
    this.data = data;
    this.undoButton.addEventListener("click", () => this.move(-1));
    this.redoButton.addEventListener("click", () => this.move(1));
    find("restart").addEventListener("click", () => this.restart());
    root.querySelector("input[type=file]").addEventListener("change", (event) => this.read(event.target));
    this.makePicture();
    this.makeAdder();
    // Streamlit's own keys are single letters: they are not meant where letters can be typed.
    for (const kind of ["keydown", "keyup", "keypress"]) root.addEventListener(kind, (event) => event.stopPropagation());
    root.addEventListener("keydown", (event) => this.shortcut(event));
  }

  get layers() {
    return this.steps.layers;
  }

  makePicture() {
    this.picture = el("li", "card picture");
    const head = el("div", "head");
    const { button, show } = line("picture");
    head.append(el("span", "grip"), button);
    this.picture.append(head);
    this.showPicture = (made) => show("", { made, parameters: 0, sees: "1 × 1" });
    this.pictureButton = button;
    button.addEventListener("click", () => this.open(FIRST));
    button.addEventListener("keydown", (event) => event.key === "ArrowDown" && this.look(FIRST, 1));
  }

  // What can be added stands where it would be added: below the line that is open, or at the end.
  makeAdder() {
    this.adder = el("li", "adder");
    this.adderWords = el("span", "adderwords");
    const row = el("div", "kinds", "", { role: "group", "aria-label": "Add a layer" });
    for (const kind of this.data.kinds) {
      const button = el("button", "", `+ ${kind.title}`, { type: "button" });
      button.addEventListener("click", () => this.add(kind));
      row.append(button);
    }
    this.adder.append(this.adderWords, row);
  }

  bind(data, setStateValue, setTriggerValue) {
    Object.assign(this, { data, setStateValue, setTriggerValue });
    if (data.token !== this.steps.token) this.steps.load(data.layers, data.token);
    if (data.number === this.steps.number) {
      // This is the answer to what is on screen.
      this.layers.forEach((layer, index) => this.facts.set(layer.id, data.facts[index] ?? {}));
      this.answered = true;
      setText(this.status, this.news ? `${this.news} ${data.sentence}`.trim() : "");
      this.news = "";
    }
    setText(this.problem, data.problem);
    if (this.preset.options.length !== data.presets.length) {
      this.preset.replaceChildren(...data.presets.map(({ title }, number) => new Option(title, number)));
    }
    this.paint();
  }

  // ---- what is done to the list

  change(layers, words, focus = null) {
    if (!this.steps.commit(layers)) return;
    this.news = words;
    this.send();
    this.paint();
    if (focus !== null) this.cards.get(focus)?.button.focus();
  }

  set(id, name, value) {
    const layers = this.layers.map((layer) => (layer.id === id ? { ...layer, [name]: value } : layer));
    this.change(layers, "");
  }

  activate(id, activation) {
    const layers = [...this.layers];
    const after = this.placeOf(id) + 1;
    const has = layers[after]?.kind === "activation";
    if (!activation) layers.splice(after, has ? 1 : 0);
    else if (has) layers[after] = { ...layers[after], activation };
    else layers.splice(after, 0, ...named([{ kind: "activation", activation }]));
    this.change(layers, activation ? "" : "The activation after it is removed.");
  }

  add(kind) {
    const place = this.opened === null ? this.layers.length : this.placeOf(this.opened) + 1;
    const values = Object.fromEntries(kind.settings.map((rule) => [rule.name, rule.value]));
    const [layer] = named([{ kind: kind.kind, ...values }]);
    // The next one is added after it, and a hand on the buttons goes on where it is.
    if (this.opened !== null) this.opened = layer.id;
    this.change(this.layers.toSpliced(place, 0, layer), `${sentence(kind.title)} added as layer ${place + 1}.`);
  }

  shift(id, by) {
    const from = this.placeOf(id);
    if (this.layers[from + by]) this.moveTo(id, from + by);
  }

  moveTo(id, place) {
    const layer = this.layers[this.placeOf(id)];
    const others = this.layers.filter((other) => other !== layer);
    this.change(others.toSpliced(place, 0, layer), `Moved to place ${place + 1} of ${this.layers.length}.`);
    this.cards.get(id).element.scrollIntoView({ block: "nearest" });
  }

  double(id) {
    const place = this.placeOf(id);
    const [copy] = named(plain([this.layers[place]]));
    this.opened = copy.id;
    this.change(this.layers.toSpliced(place + 1, 0, copy), `Duplicated as layer ${place + 2}.`, copy.id);
  }

  remove(id) {
    const place = this.placeOf(id);
    const layers = this.layers.filter((layer) => layer.id !== id);
    const near = layers[Math.min(place, layers.length - 1)]?.id ?? null;
    if (this.opened === id) this.opened = null;
    this.change(layers, `Layer ${place + 1} is removed; Undo brings it back.`, near);
    if (near === null) this.pictureButton.focus();
  }

  restart() {
    const { title, layers } = this.data.presets[this.preset.value];
    this.opened = null;
    this.change(named(layers), `The layers are now those of ${title}; Undo brings the others back.`);
  }

  move(by) {
    if (!this.steps.canMove(by)) return;
    this.steps.at += by;
    this.news = by < 0 ? "Undone." : "Redone.";
    this.send();
    this.paint();
  }

  read(input) {
    const [file] = input.files;
    if (!file) return;
    if (file.size > LARGEST_FILE) {
      setText(this.problem, `“${file.name}” has ${whole(file.size)} bytes, too many for a list of layers; choose a file that “Layers (JSON)” has written.`);
    } else {
      file.text().then((text) => this.setTriggerValue("file", { name: file.name, text }));
    }
    input.value = "";
  }

  send() {
    this.steps.number += 1;
    this.answered = false;
    const { number, token } = this.steps;
    this.setStateValue("layers", { layers: plain(this.layers), number, token });
  }

  shortcut(event) {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || event.altKey || !["z", "y"].includes(key)) return;
    event.preventDefault();
    this.move(key === "y" || event.shiftKey ? 1 : -1);
  }

  // ---- what is on screen

  placeOf(id) {
    return this.layers.findIndex((layer) => layer.id === id);
  }

  open(id) {
    this.opened = this.opened === id ? null : id;
    this.paint();
  }

  look(id, by) {
    const to = this.placeOf(id) + by;
    (to < 0 ? this.pictureButton : this.cards.get(this.layers[to]?.id)?.button)?.focus();
  }

  cardOf(layer) {
    if (!this.cards.has(layer.id)) {
      const kind = this.data.kinds.find((one) => one.kind === layer.kind);
      const on = Object.fromEntries(["set", "activate", "shift", "double", "remove", "open", "look"]
        .map((name) => [name, (...given) => this[name](...given)]));
      const card = layerCard(layer.id, kind, this.data.kinds, on);
      const others = () => this.layers.filter(({ id }) => id !== layer.id).map(({ id }) => this.cards.get(id).element);
      carry(card.grip, card.element, others, (place) => this.moveTo(layer.id, place));
      this.cards.set(layer.id, card);
    }
    return this.cards.get(layer.id);
  }

  paint() {
    const { data, layers } = this;
    if (this.opened !== FIRST && this.placeOf(this.opened) < 0) this.opened = null;
    const focused = this.root.getRootNode().activeElement;
    const cards = layers.map((layer) => this.cardOf(layer));
    const elements = [this.picture, ...cards.map(({ element }) => element)];
    const place = this.opened === null ? layers.length : this.placeOf(this.opened) + 1;
    elements.splice(place + 1, 0, this.adder);
    elements.forEach((element, index) => {
      if (this.list.children[index] !== element) this.list.insertBefore(element, this.list.children[index] ?? null);
    });
    while (this.list.children.length > elements.length) this.list.lastChild.remove();
    layers.forEach((layer, index) => {
      const faulty = this.answered && index === data.fault;
      cards[index].paint(layer, index + 1, {
        count: layers.length,
        facts: this.facts.get(layer.id) ?? {},
        sentence: faulty ? data.sentence : "",
        isOpen: layer.id === this.opened,
        next: layers[index + 1],
      });
    });
    this.showPicture(data.picture);
    this.picture.classList.toggle("open", this.opened === FIRST);
    this.pictureButton.setAttribute("aria-expanded", this.opened === FIRST);
    const where = place === 0 ? "as the first layer" : place === layers.length ? "at the end" : `after layer ${place}`;
    setText(this.adderWords, `Add ${where}:`);
    this.list.classList.toggle("stale", !this.answered);
    setText(this.all, data.all);
    setText(this.ending, this.answered && !layers.length ? data.sentence : "");
    this.undoButton.setAttribute("aria-disabled", !this.steps.canMove(-1));
    this.redoButton.setAttribute("aria-disabled", !this.steps.canMove(1));
    // An element that has been put elsewhere has lost its focus.
    if (focused && focused !== this.root.getRootNode().activeElement && this.root.contains(focused)) {
      focused.focus({ preventScroll: true });
      focused.scrollIntoView({ block: "nearest" });
    }
  }
}

const BUILDERS = new WeakMap();

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  if (!BUILDERS.has(parentElement)) BUILDERS.set(parentElement, new Builder(parentElement.querySelector(".root"), data));
  BUILDERS.get(parentElement).bind(data, setStateValue, setTriggerValue);
}
