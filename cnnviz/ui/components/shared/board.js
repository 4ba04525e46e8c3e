// A board of tiles: maps, units or kernels, enlarged, to select from. One canvas, with a list of options over it.
let boardCount = 0;

function tileBoard({ label, noun, onSelect, onPoint = () => {}, onLeave = () => {} }) {
  const element = el("div", "board");
  const canvas = el("canvas", "", "", { role: "img" });
  const list = el("div", "tiles", "", { role: "listbox", tabindex: "0", "aria-label": label });
  const id = `board${boardCount++}`;
  element.append(canvas, list);
  let plan = null;
  let selected = -1;

  function tileUnder(event) {
    const box = list.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const tile = Math.floor(y / plan.pitchY) * plan.across + Math.floor(x / plan.pitchX);
    if (x < 0 || y < 0 || x >= plan.across * plan.pitchX || tile < 0 || tile >= plan.count) return null;
    const cell = (offset, count) => Math.max(0, Math.min(count - 1, Math.floor(offset / plan.size)));
    return { tile, row: cell(y % plan.pitchY, plan.rows), column: cell(x % plan.pitchX, plan.columns) };
  }

  list.addEventListener("pointermove", (event) => {
    const hit = tileUnder(event);
    if (hit && event.pointerType !== "touch") onPoint(hit);
  });
  list.addEventListener("pointerleave", onLeave);
  list.addEventListener("click", (event) => {
    const hit = tileUnder(event);
    if (!hit) return;
    onSelect(hit.tile, false);
    onPoint(hit);
  });
  list.addEventListener("keydown", (event) => {
    const step = {
      ArrowRight: 1, ArrowLeft: -1, ArrowDown: plan.across, ArrowUp: -plan.across,
      Home: -selected, End: plan.count - 1 - selected, Enter: 0, " ": 0,
    }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = selected + step;
    if (next >= 0 && next < plan.count) onSelect(next, true);
  });

  function select(tile) {
    list.children[selected]?.setAttribute("aria-selected", "false");
    selected = tile;
    const option = list.children[tile];
    option?.setAttribute("aria-selected", "true");
    if (option) list.setAttribute("aria-activedescendant", option.id);
  }

  // Options are made again only when the arrangement changes, so that a new picture moves nothing.
  function arrange({ count, rows, columns, width, height, largest, names, numbered }) {
    const fit = (label) => arrangeTiles({ count, rows, columns, width, height, label, gap: label ? 8 : 4, largest });
    let chosen = numbered ? fit(24) : fit(0);
    const wide = Math.max(...names.map((name) => name.length)) * 10;
    const labelled = numbered && chosen.size * columns >= Math.max(24, Math.min(wide, 60));
    if (numbered && !labelled) chosen = fit(0);
    const ratio = window.devicePixelRatio || 1;
    const size = chosen.size >= 2 ? Math.floor(chosen.size * ratio) / ratio : chosen.size;
    const gap = labelled ? 8 : chosen.size * columns > 16 ? 4 : 2;
    const key = [count, rows, columns, size, chosen.across, labelled, names.join()].join("|");
    if (plan?.key === key) return;
    const pitchX = columns * size + gap;
    const pitchY = rows * size + gap + (labelled ? 24 : 0);
    plan = { key, count, rows, columns, size, across: chosen.across, pitchX, pitchY };
    element.style.width = `${chosen.across * pitchX - gap}px`;
    element.style.height = `${Math.ceil(count / chosen.across) * pitchY - gap}px`;
    list.replaceChildren(...names.map((name, tile) => {
      const option = el("div", "tile", "", {
        role: "option", id: `${id}-${tile}`, "aria-selected": "false", "aria-label": `${noun} ${name}`,
      });
      option.style.left = `${(tile % plan.across) * pitchX}px`;
      option.style.top = `${Math.floor(tile / plan.across) * pitchY}px`;
      option.style.width = `${columns * size}px`;
      option.style.height = `${rows * size}px`;
      if (labelled) option.append(el("span", "number", name));
      return option;
    }));
    select(selected);
  }

  // Copies the tiles out of a montage that is already painted.
  function paint(source, place, description) {
    canvas.setAttribute("aria-label", description);
    const ratio = window.devicePixelRatio || 1;
    const width = Math.round(parseFloat(element.style.width) * ratio);
    const height = Math.round(parseFloat(element.style.height) * ratio);
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const context = canvas.getContext("2d");
    const shown = plan.columns * plan.size * ratio;
    context.imageSmoothingEnabled = place(0).width > shown;
    for (let tile = 0; tile < plan.count; tile++) {
      const from = place(tile);
      const x = Math.round((tile % plan.across) * plan.pitchX * ratio);
      const y = Math.round(Math.floor(tile / plan.across) * plan.pitchY * ratio);
      context.drawImage(source, from.x, from.y, from.width, from.height, x, y, shown, plan.rows * plan.size * ratio);
    }
  }

  return { element, arrange, paint, select };
}
