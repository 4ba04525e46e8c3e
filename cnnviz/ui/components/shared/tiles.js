// A list of tiles of which one is selected; each is painted when it comes into sight.
//
// `about` says what is its own: `label()` of the list, `count()` of the tiles, `fill(tile, number)` puts what belongs
// into one and gives what `tell(parts, number)` and `paint(parts, number)` need: `tell` writes its words and gives what
// it is called, `paint` makes its picture. `order()` is in which order the numbers stand.
const AHEAD = 300; // Pixels beyond the edge of the list within which a tile counts as in sight.

function tileList(view, about, onSelect) {
  const element = el("div", "shelf", "", { role: "listbox" });
  let tiles = [];
  let order = [];
  let sight = null;

  function build() {
    sight?.disconnect();
    sight = new IntersectionObserver(
      (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => paintTile(Number(entry.target.dataset.number))),
      { root: element, rootMargin: `${AHEAD}px` },
    );
    tiles = Array.from({ length: about.count() }, (_, number) => {
      const tile = el("div", "piece", "", { role: "option", tabindex: "-1", "aria-selected": "false", "data-number": number });
      tile.addEventListener("click", () => onSelect(number));
      sight.observe(tile);
      return { tile, parts: about.fill(tile, number), painted: false };
    });
    element.setAttribute("aria-label", about.label());
  }

  // Moves tiles that are there already: no picture is made again.
  function arrange() {
    order = about.order();
    element.replaceChildren(...order.map((number) => tiles[number].tile));
  }

  function paintTile(number) {
    const entry = tiles[number];
    if (!entry || entry.painted) return;
    entry.painted = true;
    about.paint(entry.parts, number);
  }

  function paint() {
    const box = element.getBoundingClientRect();
    tiles.forEach((entry, number) => {
      entry.tile.setAttribute("aria-label", about.tell(entry.parts, number));
      entry.painted = false;
      const place = entry.tile.getBoundingClientRect();
      if (place.bottom > box.top - AHEAD && place.top < box.bottom + AHEAD) paintTile(number);
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
