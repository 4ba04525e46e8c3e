// One map: its cells, the padding around it, the numbers in it, the outline; scrolled inside its view when enlarged.
const EDGE = 5; // Pixels around the map, where an outline may reach.

function mapPanel(name, label) {
  const element = el("section", `side ${name}`);
  const caption = el("div", "caption");
  const view = el("div", "view", "", { tabindex: "0", role: "application", "aria-label": label });
  const world = el("div", "world");
  const cells = el("canvas", "cells", "", { role: "img" });
  const marks = el("div", "marks", "", { "aria-hidden": "true" });
  const printed = printedNumbers();
  const veils = [el("div", "veil"), el("div", "veil")];
  const outline = frame("window");
  const spot = frame("spot");
  const foot = el("div", "foot");
  const readout = el("div", "readout");
  const corner = cornerMap((x, y) => scrollTo(x - size.width / 2, y - size.height / 2));
  world.append(cells, marks, printed.element, ...veils, outline.element, spot.element);
  view.append(world);
  foot.append(readout, corner.element);
  element.append(caption, view, foot);

  const origin = { x: 0, y: 0 }; // What of the world is at the view's corner.
  let size = { width: 0, height: 0 }; // Of the view.
  let plan = null; // {rows, columns, pads, cell, width, height}: of the world, in padded cells and in pixels.
  let text = null; // What is printed in a cell.

  // `pads` in cells; the view is at most `width` × `height` pixels.
  function layout({ rows, columns, pads, cell, width, height, frameRows, frameColumns }) {
    const down = rows + pads.top + pads.bottom;
    const across = columns + pads.left + pads.right;
    plan = { rows: down, columns: across, pads, cell, width: across * cell, height: down * cell };
    size = { width: Math.min(plan.width, width), height: Math.min(plan.height, height) };
    view.style.width = `${size.width + 2 * EDGE}px`;
    view.style.height = `${size.height + 2 * EDGE}px`;
    world.style.width = `${plan.width}px`;
    world.style.height = `${plan.height}px`;
    world.classList.toggle("padded", down > rows || across > columns);
    for (const layer of [cells, marks]) {
      layer.style.left = `${pads.left * cell}px`;
      layer.style.top = `${pads.top * cell}px`;
      layer.style.width = `${columns * cell}px`;
      layer.style.height = `${rows * cell}px`;
    }
    outline.shapeWindow(frameRows, frameColumns, cell);
    spot.shapeWindow(ONE_CELL, ONE_CELL, cell);
    corner.arrange({ plan, size, cells });
    scrollTo(origin.x, origin.y);
  }

  function scrollTo(x, y) {
    const within = (place, world, view) => Math.round(Math.max(0, Math.min(world - view, place)));
    origin.x = within(x, plan.width, size.width);
    origin.y = within(y, plan.height, size.height);
    world.style.transform = `translate(${EDGE - origin.x}px, ${EDGE - origin.y}px)`;
    corner.follow(origin);
    print(false);
  }

  // Scrolls as little as brings a box of pixels into view; `centre` puts it into the middle.
  function reveal(box, centre = false) {
    const along = (place, length, from, room) => {
      if (centre || length > room) return place + length / 2 - room / 2;
      return Math.max(place + length - room, Math.min(place, from));
    };
    const x = along(box.x, box.width, origin.x, size.width);
    const y = along(box.y, box.height, origin.y, size.height);
    if (Math.round(x) !== origin.x || Math.round(y) !== origin.y) scrollTo(x, y);
  }

  function print(stale = true) {
    if (!text || plan.cell < text.from) return printed.clear();
    const first = { row: Math.floor(origin.y / plan.cell), column: Math.floor(origin.x / plan.cell) };
    const count = {
      rows: Math.min(plan.rows, Math.ceil(size.height / plan.cell) + 1),
      columns: Math.min(plan.columns, Math.ceil(size.width / plan.cell) + 1),
    };
    first.row = Math.min(first.row, plan.rows - count.rows);
    first.column = Math.min(first.column, plan.columns - count.columns);
    return printed.show({ cell: plan.cell, first, count, text: text.at }, stale);
  }

  // Paints one pixel a cell: `colour(i)` is the packed colour of cell i.
  function paint({ rows, columns, colour, alt }) {
    if (cells.width !== columns) cells.width = columns;
    if (cells.height !== rows) cells.height = rows;
    const image = new ImageData(columns, rows);
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < pixels.length; i++) pixels[i] = colour(i);
    cells.getContext("2d").putImageData(image, 0, 0);
    cells.setAttribute("aria-label", alt);
    corner.copy(cells);
  }

  // The numbers: `from` so many pixels on; at(row, column) as in `printedNumbers`.
  function setNumbers(numbers) {
    text = numbers;
    if (plan) print();
  }

  // What is not reached yet: all after this cell, in reading order; null for none.
  function veil(after) {
    for (const each of veils) each.hidden = !after;
    if (!after) return;
    const { cell } = plan;
    veils[0].style.cssText = `left:${(after.column + 1) * cell}px;top:${after.row * cell}px;right:0;height:${cell}px`;
    veils[1].style.cssText = `left:0;top:${(after.row + 1) * cell}px;right:0;bottom:0`;
  }

  return {
    element, caption, view, readout, foot, marks, outline, spot, layout, scrollTo, reveal, paint, setNumbers, veil,
    get plan() { return plan; }, get origin() { return origin; }, get size() { return size; },
  };
}
