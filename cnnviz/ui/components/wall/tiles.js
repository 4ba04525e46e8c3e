// The tiles: one for each map, painted when they come into sight.
const ORDERS = {
  index: (wall) => (a, b) => a - b,
  mean: (wall) => (a, b) => wall.means[b] - wall.means[a] || a - b,
  maximum: (wall) => (a, b) => wall.maxima[b] - wall.maxima[a] || a - b,
};

function wallTiles(view, onSelect) {
  const element = el("div", "shelf", "", { role: "listbox" });
  let tiles = [];
  let order = [];
  let sight = null;

  function build() {
    sight?.disconnect();
    sight = new IntersectionObserver(
      (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => paintTile(Number(entry.target.dataset.number))),
      { root: element, rootMargin: "300px" },
    );
    tiles = view.wall.limits.map((_, number) => {
      const tile = el("div", "piece", "", { role: "option", tabindex: "-1", "aria-selected": "false", "data-number": number });
      const canvas = el("canvas", "", "", { "aria-hidden": "true" });
      const line = el("div", "line");
      const value = el("span");
      line.append(el("b", "", `${number}`), value);
      tile.append(canvas, line);
      tile.addEventListener("click", () => onSelect(number));
      sight.observe(tile);
      return { tile, canvas, value, painted: false };
    });
    element.setAttribute("aria-label", `Maps of ${view.wall.layer}`);
  }

  function arrange() {
    order = tiles.map((_, number) => number).sort(ORDERS[view.order](view.wall));
    element.replaceChildren(...order.map((number) => tiles[number].tile));
  }

  function paintTile(number) {
    const entry = tiles[number];
    if (!entry || entry.painted) return;
    entry.painted = true;
    const { wall, palettes } = view;
    const [, rows, columns] = wall.maps.shape;
    entry.canvas.width = columns;
    entry.canvas.height = rows;
    const image = new ImageData(columns, rows);
    const pixels = new Uint32Array(image.data.buffer);
    const colours = wall.signed ? palettes.signed : palettes.plain;
    const from = number * rows * columns;
    const limit = view.limitOf(number);
    for (let i = 0; i < pixels.length; i++) pixels[i] = colours[colourIndex(wall.maps.values[from + i], limit, wall.signed)];
    entry.canvas.getContext("2d").putImageData(image, 0, 0);
  }

  function paint() {
    const { wall, order: by } = view;
    const box = element.getBoundingClientRect();
    tiles.forEach((entry, number) => {
      const value = readable((by === "mean" ? wall.means : wall.maxima)[number]);
      setText(entry.value, value);
      const silent = wall.limits[number] === 0 ? ", 0 everywhere" : "";
      entry.tile.setAttribute("aria-label", `Map ${number}: ${by === "mean" ? "mean" : "maximum"} ${value}${silent}`);
      entry.painted = false;
      const place = entry.tile.getBoundingClientRect();
      if (place.bottom > box.top - 300 && place.top < box.bottom + 300) paintTile(number);
      else {
        // Told again once it comes into sight.
        sight.unobserve(entry.tile);
        sight.observe(entry.tile);
      }
    });
  }

  function select(number, reveal) {
    tiles.forEach(({ tile }, other) => {
      tile.setAttribute("aria-selected", String(other === number));
      tile.tabIndex = other === number ? 0 : -1;
    });
    if (!reveal) return;
    // The list scrolls, not the page.
    const { tile } = tiles[number];
    const over = tile.offsetTop + tile.offsetHeight + 8 - element.clientHeight;
    if (tile.offsetTop - 8 < element.scrollTop) element.scrollTop = tile.offsetTop - 8;
    else if (over > element.scrollTop) element.scrollTop = over;
  }

  element.addEventListener("keydown", (event) => {
    const here = order.indexOf(view.selected);
    const first = tiles[order[0]].tile.offsetTop;
    const across = order.filter((number) => tiles[number].tile.offsetTop === first).length;
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
    tiles[next].tile.focus({ preventScroll: true });
  });

  return { element, build, arrange, paint, select };
}
