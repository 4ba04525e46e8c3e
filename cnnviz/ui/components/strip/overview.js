// The row of layers, one card each.
const CLASSES_ON_CARD = 10;

function overview(view, onSelect) {
  const element = el("div", "overview", "", {
    role: "listbox", "aria-label": "Layers, from the picture to the answer",
  });
  // For the mouse and the finger; the keyboard moves along the cards themselves.
  const [ahead, behind] = [1, -1].map((direction) => {
    const button = el("button", "more", "", { type: "button", tabindex: "-1" });
    button.addEventListener("click", () => scrollOn(direction));
    return button;
  });
  const row = el("div", "layers");
  const more = el("div", "beyond");
  more.append(ahead, behind);
  row.append(element, more);
  let cards = [];
  element.addEventListener("scroll", countBeyond, { passive: true });

  const isColumn = () => getComputedStyle(element).flexDirection === "column";

  function scrollOn(direction) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const side = isColumn() ? { top: 0.75 * element.clientHeight * direction } : { left: 0.75 * element.clientWidth * direction };
    element.scrollBy({ ...side, behavior: still ? "auto" : "smooth" });
  }

  // How many layers lie beyond either end of what is on screen, by the middles of their cards.
  function countBeyond() {
    const column = isColumn();
    const start = column ? element.scrollTop : element.scrollLeft;
    const end = start + (column ? element.clientHeight : element.clientWidth);
    const middles = cards.map(({ card }) =>
      (column ? card.offsetTop + card.offsetHeight / 2 : card.offsetLeft + card.offsetWidth / 2));
    const name = (button, count, words, place) => {
      setText(button, words);
      button.setAttribute("aria-label", `${plural(count, "more layer")} ${place}`);
      button.classList.toggle("none", !count);
    };
    const [later, earlier] = [middles.filter((at) => at > end).length, middles.filter((at) => at < start).length];
    name(ahead, later, `${later} more ${column ? "↓" : "→"}`, column ? "below" : "to the right");
    name(behind, earlier, `${column ? "↑" : "←"} ${earlier} more`, column ? "above" : "to the left");
    row.classList.toggle("ahead", later > 0);
    row.classList.toggle("behind", earlier > 0);
  }

  function build() {
    cards = view.model.layers.map((layer, index) => {
      const card = el("div", "card", "", { role: "option", tabindex: "-1", "aria-selected": "false" });
      const thumb = el("div", `thumb ${layer.kind}`);
      const text = el("div", "words");
      text.append(el("div", "kind", shortTitle(layer)), el("div", "shape", layer.values.length ? shapeText(layer) : "no values"));
      text.append(el("div", "name", layer.name), el("div", "parameters", layer.parameters));
      card.append(thumb, text);
      card.addEventListener("click", () => onSelect(index, false));
      const canvas = el("canvas", "", "", { role: "img" });
      if (layer.kind !== "softmax" && layer.values.length) thumb.append(canvas);
      return { card, thumb, canvas, place: null };
    });
    element.replaceChildren(...cards.map(({ card }) => card));
  }

  element.addEventListener("keydown", (event) => {
    const last = view.model.layers.length - 1;
    const here = view.model.layers.indexOf(view.layer);
    const next = {
      ArrowRight: here + 1, ArrowDown: here + 1, ArrowLeft: here - 1, ArrowUp: here - 1,
      Home: 0, End: last, Enter: here, " ": here,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const index = Math.max(0, Math.min(last, next));
    onSelect(index, true);
    cards[index].card.focus({ preventScroll: true });
  });

  // Scrolls the row alone; the page stays where it is.
  function reveal(card) {
    const margin = 56; // Clear of the fade.
    const over = (start, size, scroll, room) => {
      if (start - margin < scroll) return start - margin;
      return Math.max(scroll, start + size + margin - room);
    };
    element.scrollLeft = over(card.offsetLeft, card.offsetWidth, element.scrollLeft, element.clientWidth);
    element.scrollTop = over(card.offsetTop, card.offsetHeight, element.scrollTop, element.clientHeight);
  }

  function select(index) {
    cards.forEach(({ card }, i) => {
      card.setAttribute("aria-selected", String(i === index));
      card.tabIndex = i === index ? 0 : -1;
    });
    reveal(cards[index].card);
  }

  function paint() {
    view.model.layers.forEach((layer, index) => {
      const entry = cards[index];
      const summary = describe(view, layer);
      entry.card.setAttribute("aria-label", `${layer.title}. ${summary} ${layer.parameters}.`);
      if (!layer.values.length) return;
      if (layer.kind === "softmax") return paintShares(view, layer, entry.thumb);
      entry.canvas.setAttribute("aria-label", summary);
      if (layer.kind === "flatten") {
        const bars = { ...mapTiles(view, layer), count: 1, rows: 1, columns: layer.channels, cellStep: 1 };
        paintMontage(entry.canvas, bars, 1);
        return;
      }
      const across = layer.flat
        ? Math.ceil(Math.sqrt(layer.channels))
        : Math.ceil(Math.sqrt((layer.channels * layer.rows) / layer.columns));
      entry.place = paintMontage(entry.canvas, mapTiles(view, layer), across);
      entry.canvas.classList.toggle("shrunk", entry.canvas.width > 120);
      if (layer.kind === "input" && layer.channels === 3) paintPhotograph(entry, layer);
    });
    countBeyond();
  }

  return { element: row, build, select, paint, montage: (index) => cards[index] };
}

// A picture in colour is shown as one; its channels are for the detail below.
function paintPhotograph(entry, layer) {
  entry.photograph ??= el("canvas", "shrunk", "", { role: "img" });
  entry.photograph.setAttribute("aria-label", entry.canvas.getAttribute("aria-label"));
  const { photograph } = entry;
  photograph.width = layer.columns;
  photograph.height = layer.rows;
  const image = new ImageData(layer.columns, layer.rows);
  // Networks expect 0 to 1, 0 to 255, or −1 to 1: the range found is stretched to what a screen shows.
  const [low, high] = [layer.low, layer.limit];
  for (let i = 0, pixel = 0; i < layer.values.length; i++) {
    image.data[pixel++] = (255 * (layer.values[i] - low)) / (high - low || 1);
    if (pixel % 4 === 3) image.data[pixel++] = 255;
  }
  photograph.getContext("2d").putImageData(image, 0, 0);
  if (!photograph.isConnected) entry.thumb.replaceChildren(photograph);
}

// A layer's picture in words.
function describe(view, layer) {
  if (!layer.values.length) return "No values to show.";
  const top = `${readable(layer.peaks[layer.strongest])}.`;
  if (layer.kind === "input") return `${view.model.picture}, ${shapeText(layer)}, ${peakWords(layer)} ${top}`;
  if (layer.flat) {
    const unit = unitWords(view, layer, layer.strongest);
    return `${whole(layer.channels)} values of ${layer.name}; ${peakWords(layer)}: ${unit}, ${top}`;
  }
  return `Feature maps of ${layer.name}: ${plural(layer.channels, "map")} of ${layer.rows} × ${layer.columns}; `
    + `${peakWords(layer)}: channel ${layer.strongest}, ${top}`;
}

// The classes as small bars; with many classes, the likeliest in their own order.
function paintShares(view, layer, thumb) {
  const order = Array.from(layer.values.keys());
  const shown = order.sort((a, b) => layer.values[b] - layer.values[a]).slice(0, CLASSES_ON_CARD).sort((a, b) => a - b);
  const letters = Math.min(9, Math.max(...shown.map((unit) => unitName(view, layer, unit).length)));
  thumb.replaceChildren(...shown.map((unit) => {
    const row = el("div", "share");
    row.style.setProperty("--letters", letters);
    const bar = el("span", "bar");
    bar.style.setProperty("--share", layer.values[unit].toFixed(4));
    row.append(el("span", "class", unitName(view, layer, unit)), bar);
    return row;
  }));
}
