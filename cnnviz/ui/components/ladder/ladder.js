// Small pictures in a row, one for each layer; the selected one tells the server.
const ladders = new WeakMap();
const PATIENCE = 150; // Milliseconds that a hand on the arrow keys rests before the server is told.
const HEAT_OVER = 0.75; // Opacity of the heat.

function createLadder(root) {
  const list = el("div", "rungs", "", { role: "listbox", "aria-orientation": "horizontal" });
  root.replaceChildren(list);
  const view = { names: [], selected: "", tell: () => {} };
  let rungs = [];

  function select(name, reveal) {
    view.selected = name;
    // Where the selected layer is left out here, the first can still be reached by keyboard.
    const reachable = Math.max(0, view.names.indexOf(name));
    rungs.forEach(({ element }, number) => {
      element.setAttribute("aria-selected", String(view.names[number] === name));
      element.tabIndex = number === reachable ? 0 : -1;
    });
    const chosen = rungs[view.names.indexOf(name)]?.element;
    if (!reveal || !chosen) return;
    // The row scrolls, not the page.
    const over = chosen.offsetLeft + chosen.offsetWidth + 8 - list.clientWidth;
    if (chosen.offsetLeft - 8 < list.scrollLeft) list.scrollLeft = chosen.offsetLeft - 8;
    else if (over > list.scrollLeft) list.scrollLeft = over;
  }

  function choose(name) {
    select(name, true);
    clearTimeout(view.timer);
    view.timer = setTimeout(() => view.tell(name), PATIENCE);
  }

  list.addEventListener("keydown", (event) => {
    const here = rungs.findIndex(({ element }) => element === event.target);
    const next = {
      ArrowRight: here + 1, ArrowDown: here + 1, ArrowLeft: here - 1, ArrowUp: here - 1, Home: 0, End: rungs.length - 1, Enter: here, " ": here,
    }[event.key];
    if (next === undefined || here < 0) return;
    event.preventDefault();
    if (!rungs[next]) return;
    choose(view.names[next]);
    rungs[next].element.focus({ preventScroll: true });
  });

  function build() {
    rungs = view.names.map((name) => {
      const element = el("div", "rung", "", { role: "option" });
      const canvas = el("canvas", "", "", { "aria-hidden": "true" });
      const [words, size] = [el("div", "name", name, { title: name }), el("div", "size")];
      element.append(canvas, words, size);
      element.addEventListener("click", () => choose(name));
      return { element, canvas, size };
    });
    list.replaceChildren(...rungs.map(({ element }) => element));
  }

  view.show = (bytes) => {
    const { header, array } = unpack(bytes);
    const names = header.rungs.map((rung) => rung.name);
    const isNew = names.join("|") !== view.names.join("|");
    if (isNew) {
      view.names = names;
      build();
    }
    list.setAttribute("aria-label", header.label);
    const table = colourTable((isDark(root) && header.scales.dark) || header.scales.light);
    const [picture, maps] = [array("picture"), array("maps")];
    header.rungs.forEach((rung, number) => {
      paint(rungs[number].canvas, picture, maps, number, table);
      setText(rungs[number].size, `${rung.size[0]} × ${rung.size[1]}${rung.empty ? ", empty" : ""}`);
    });
    select(header.selected, isNew || header.selected !== view.selected);
  };
  return view;
}

function paint(canvas, picture, maps, number, table) {
  const [, height, width] = maps.shape;
  const channels = picture.shape[2] ?? 1;
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  const start = number * height * width;
  for (let cell = 0; cell < height * width; cell++) {
    for (let c = 0; c < 3; c++) {
      const under = picture.values[channels * cell + (channels === 3 ? c : 0)];
      image.data[4 * cell + c] = HEAT_OVER * table[3 * maps.values[start + cell] + c] + (1 - HEAT_OVER) * under;
    }
    image.data[4 * cell + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  if (!ladders.has(parentElement)) ladders.set(parentElement, createLadder(root));
  const view = ladders.get(parentElement);
  // Not a state: the same layer may be selected again after another way has led elsewhere.
  view.tell = (name) => setTriggerValue("layer", name);
  view.show(data);
}
