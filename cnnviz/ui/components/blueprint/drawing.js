// The drawing: blocks to select with mouse, finger and arrow keys; it can be enlarged.
const NARROW = 640; // Pixels below which the drawing for a phone is taken.
const TALLEST = 600; // Pixels in which a drawing is shown whole, if it can be without being made smaller.
const ZOOM = { least: 0.3, most: 3, step: 1.25, first: 1.5 };

function blueprintDrawing(view, select) {
  const element = el("div", "drawing");
  const tools = el("div", "tools", "", { role: "group", "aria-label": "Size of the drawing" });
  const paper = el("div", "paper");
  element.append(tools, paper);
  let svg = null;
  let blocks = [];
  let zoom = 1;

  const button = (text, name, act) => {
    const made = el("button", "tool", text, { type: "button", "aria-label": name });
    made.addEventListener("click", act);
    tools.append(made);
  };
  button("−", "Smaller", () => resize(zoom / ZOOM.step));
  button("+", "Larger", () => resize(zoom * ZOOM.step));
  button("Whole", "The whole drawing", () =>
    resize(Math.min(paper.clientWidth / svg.viewBox.baseVal.width, paper.clientHeight / svg.viewBox.baseVal.height)));

  function resize(to) {
    zoom = Math.min(ZOOM.most, Math.max(ZOOM.least, to));
    svg.setAttribute("width", svg.viewBox.baseVal.width * zoom);
    svg.setAttribute("height", svg.viewBox.baseVal.height * zoom);
  }

  function build() {
    view.isNarrow = view.root.clientWidth < NARROW;
    const text = view.isNarrow ? view.plan.narrow : view.plan.wide;
    svg = document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);
    svg.setAttribute("role", "listbox");
    svg.setAttribute("aria-label", view.plan.title);
    blocks = [...svg.querySelectorAll(".block")];
    for (const block of blocks) {
      block.setAttribute("role", "option");
      block.setAttribute("aria-label", block.querySelector("title").textContent);
      block.addEventListener("click", () => select(block.dataset.name, true));
    }
    svg.addEventListener("keydown", move);
    paper.replaceChildren(svg);
    const { width, height } = svg.viewBox.baseVal;
    resize(Math.min(ZOOM.first, Math.max(1, Math.min((paper.clientWidth - 2) / width, TALLEST / height))));
  }

  function move(event) {
    const at = blocks.findIndex((block) => block === view.root.getRootNode().activeElement);
    if (at < 0) return;
    const steps = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: blocks.length - 1 };
    const next = event.key in steps
      ? blocks[steps[event.key]]
      : event.key === "ArrowDown" || event.key === "ArrowUp" ? beside(blocks[at], event.key === "ArrowDown") : null;
    if (event.key in steps || event.key.startsWith("Arrow")) event.preventDefault();
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      view.toggle(blocks[at].dataset.name);
    }
    if (next) select(next.dataset.name, true);
  }

  // The nearest block in another lane or row.
  function beside(block, isBelow) {
    const from = block.querySelector(".front").getBoundingClientRect();
    const distance = (other) => {
      const to = other.querySelector(".front").getBoundingClientRect();
      const down = (to.top + to.bottom - from.top - from.bottom) / 2 * (isBelow ? 1 : -1);
      return down < 8 ? Infinity : 4 * down + Math.abs(to.left - from.left);
    };
    const best = blocks.reduce((least, each) => (distance(each) < distance(least) ? each : least), blocks[0]);
    return Number.isFinite(distance(best)) ? best : null;
  }

  function mark(name, takesFocus) {
    for (const block of blocks) {
      const isSelected = block.dataset.name === name;
      block.setAttribute("aria-selected", String(isSelected));
      block.setAttribute("tabindex", isSelected ? "0" : "-1");
      if (isSelected && takesFocus) {
        block.focus({ preventScroll: true });
        reveal(block);
      }
    }
  }

  // Within the paper only: the page itself stays where it is.
  function reveal(block) {
    const [own, around] = [block.getBoundingClientRect(), paper.getBoundingClientRect()];
    if (own.left < around.left) paper.scrollLeft -= around.left - own.left + 20;
    if (own.right > around.right) paper.scrollLeft += own.right - around.right + 20;
    if (own.top < around.top) paper.scrollTop -= around.top - own.top + 20;
    if (own.bottom > around.bottom) paper.scrollTop += own.bottom - around.bottom + 20;
  }
  return { element, build, mark };
}
