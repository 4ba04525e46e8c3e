// The tiles: one for each kernel, painted when they come into sight.
function tileList(view, onSelect) {
  const element = el("div", "shelf", "", { role: "listbox" });
  let tiles = new Map(); // By number of the kernel.
  let order = [];
  let sight = null;

  function build() {
    sight?.disconnect();
    sight = new IntersectionObserver(
      (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => paintTile(tiles.get(Number(entry.target.dataset.number)))),
      { root: element, rootMargin: "300px" },
    );
    tiles = new Map(view.gallery.kernels.map((kernel) => {
      const tile = el("div", "piece", "", { role: "option", tabindex: "-1", "aria-selected": "false", "data-number": kernel.number });
      const pictures = el("div", "pictures", "", { "aria-hidden": "true" });
      const [square, map] = [el("canvas"), el("canvas")];
      pictures.append(square, map);
      const [name, line, number, value] = [el("div", "name"), el("div", "line"), el("b"), el("span")];
      line.append(number, value);
      tile.append(pictures, line, name);
      tile.addEventListener("click", () => onSelect(kernel.number));
      return [kernel.number, { tile, square, map, name, number, value, painted: false }];
    }));
    element.setAttribute("aria-label", `Kernels of ${view.gallery.layer}`);
    for (const { tile } of tiles.values()) sight.observe(tile);
  }

  // Moves tiles that are there already: no picture is made again.
  function arrange() {
    order = ordered(view.gallery.kernels, view.order).map((kernel) => kernel.number);
    element.replaceChildren(...order.map((number) => tiles.get(number).tile));
  }

  function paintTile(entry) {
    if (entry.painted) return;
    entry.painted = true;
    const kernel = view.gallery.kernels[Number(entry.tile.dataset.number)];
    const what = view.gallery.inColour ? "colour" : "slice";
    paintKernel(entry.square, view.gallery, kernel[what], view.limitOf(kernel, what), view.palettes);
    paintMap(entry.map, view.gallery, kernel, view.limitOf(kernel, "map"), view.palettes);
  }

  function paint() {
    const box = element.getBoundingClientRect();
    for (const kernel of view.gallery.kernels) {
      const entry = tiles.get(kernel.number);
      const { short, correlation } = kernel.relation;
      const value = measure(kernel, view.order);
      setText(entry.number, `${kernel.number}`);
      const sign = { norm: "norm", response: "max" }[view.order] ?? "r";
      setText(entry.value, value && `${sign} ${value}`);
      setText(entry.name, short);
      const likeness = correlation === null ? "" : `, correlation ${correlationText(kernel)}`;
      const own = view.order === "norm" || view.order === "response" ? `, ${view.order} ${value}` : "";
      entry.tile.setAttribute("aria-label", `Kernel ${kernel.number}: ${short}${likeness}${own}`);
      entry.painted = false;
      const place = entry.tile.getBoundingClientRect();
      if (place.bottom > box.top - 300 && place.top < box.bottom + 300) paintTile(entry);
      else {
        // Told again once it comes into sight.
        sight.unobserve(entry.tile);
        sight.observe(entry.tile);
      }
    }
  }

  function select(number, reveal) {
    for (const [other, { tile }] of tiles) {
      tile.setAttribute("aria-selected", String(other === number));
      tile.tabIndex = other === number ? 0 : -1;
    }
    // The list scrolls, not the page.
    const { tile } = tiles.get(number);
    if (!reveal) return;
    const over = tile.offsetTop + tile.offsetHeight + 8 - element.clientHeight;
    if (tile.offsetTop - 8 < element.scrollTop) element.scrollTop = tile.offsetTop - 8;
    else if (over > element.scrollTop) element.scrollTop = over;
  }

  element.addEventListener("keydown", (event) => {
    const here = order.indexOf(view.selected);
    const first = tiles.get(order[0]).tile.offsetTop;
    const across = order.filter((number) => tiles.get(number).tile.offsetTop === first).length;
    const step = {
      ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across, Home: -here, End: order.length - 1 - here,
      Enter: 0, " ": 0,
    }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = order[here + step];
    if (next === undefined) return;
    onSelect(next);
    select(next, true);
    tiles.get(next).tile.focus({ preventScroll: true });
  });

  return { element, build, arrange, paint, select };
}
