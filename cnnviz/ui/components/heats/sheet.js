// One tile: the picture, its heat as colours, lines or cover, the number under the pointer, and the facts below.
const LEVELS = [0.25, 0.5, 0.75]; // Of the largest, where contour lines run.
const FINE = 640; // Pixels a side of a canvas for lines.

// Numbers on a grid, stretched over the picture bilinearly with half-pixel centres, as Explanation.heatmap is.
function stretched({ values, rows, columns }, height, width) {
  if (rows === height && columns === width) return { values, rows, columns };
  const taps = (count, size) => Array.from({ length: size }, (_, i) => {
    const at = Math.max(0, Math.min(count - 1, ((i + 0.5) * count) / size - 0.5));
    const low = Math.floor(at);
    return [low, Math.min(count - 1, low + 1), at - low];
  });
  const [down, across] = [taps(rows, height), taps(columns, width)];
  const result = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    const [top, bottom, v] = down[y];
    for (let x = 0; x < width; x++) {
      const [left, right, u] = across[x];
      const upper = values[top * columns + left] * (1 - u) + values[top * columns + right] * u;
      const lower = values[bottom * columns + left] * (1 - u) + values[bottom * columns + right] * u;
      result[y * width + x] = upper * (1 - v) + lower * v;
    }
  }
  return { values: result, rows: height, columns: width };
}

function heatSheet(view, onPoint, onLeave) {
  const element = el("section", "sheet");
  const caption = el("div", "caption");
  const frame = el("div", "frame", "", { role: "img", tabindex: "0" });
  const [picture, heat] = [el("canvas", "picture"), el("canvas", "heat")];
  const mark = el("div", "mark");
  const reading = el("p", "reading");
  const below = el("div", "below");
  const facts = el("div", "facts");
  const keptLine = el("p", "kept");
  const note = el("p", "note");
  frame.append(picture, heat, mark);
  below.append(keptLine, facts, note);
  element.append(caption, frame, reading);
  let tile = null;
  let grid = null;
  let smooth = null;

  const inside = (value, count) => Math.max(0, Math.min(count - 1, value));
  const cellAt = ({ y, x }) => ({
    row: inside(Math.floor(y * grid.rows), grid.rows), column: inside(Math.floor(x * grid.columns), grid.columns),
  });
  const middleOf = ({ row, column }) => ({ y: (row + 0.5) / grid.rows, x: (column + 0.5) / grid.columns });

  for (const kind of ["pointermove", "pointerdown"]) {
    frame.addEventListener(kind, (event) => {
      const box = frame.getBoundingClientRect();
      onPoint({ y: (event.clientY - box.top) / box.height, x: (event.clientX - box.left) / box.width }, null);
    });
  }
  frame.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && onLeave());
  frame.addEventListener("blur", onLeave);
  frame.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step || !grid) return;
    event.preventDefault();
    const here = view.place ? cellAt(view.place) : peak();
    const next = { row: inside(here.row + step[0], grid.rows), column: inside(here.column + step[1], grid.columns) };
    onPoint(middleOf(next), sheet);
  });

  function peak() {
    let best = 0;
    for (let i = 1; i < grid.values.length; i++) if (grid.values[i] > grid.values[best]) best = i;
    return { row: Math.floor(best / grid.columns), column: best % grid.columns };
  }

  function show(given, array, source) {
    tile = given;
    const [height, width, channels = 1] = source.shape;
    setText(caption, tile.title);
    caption.title = tile.title;
    frame.setAttribute("aria-label", tile.alt);
    frame.style.aspectRatio = `${width} / ${height}`;
    picture.width = width;
    picture.height = height;
    const image = new ImageData(width, height);
    for (let cell = 0; cell < width * height; cell++) {
      for (let c = 0; c < 3; c++) image.data[4 * cell + c] = source.values[channels * cell + (channels === 3 ? c : 0)];
      image.data[4 * cell + 3] = 255;
    }
    picture.getContext("2d").putImageData(image, 0, 0);
    grid = array ? { values: array.values, rows: array.shape[0], columns: array.shape[1] } : null;
    smooth = grid ? stretched(grid, height, width) : null;
    facts.replaceChildren(...tile.lines.map((line) => el("p", "", line)));
    setText(note, tile.note);
  }

  function paint() {
    heat.hidden = !grid;
    setText(keptLine, "");
    if (!grid) return;
    const { show: how } = view.chosen;
    heat.style.opacity = how === "colours" ? view.chosen.opacity / 100 : 1;
    heat.classList.toggle("fine", how === "contours");
    ({ colours: paintColours, contours: paintContours, hottest: paintCover })[how]();
  }

  function paintColours() {
    const map = view.chosen.smooth ? smooth : grid;
    const context = sized(map.columns, map.rows);
    const image = context.createImageData(map.columns, map.rows);
    context.putImageData(paintCells(image, map.values, 0, 1, limit(), view.header.signed, view.table), 0, 0);
  }

  function paintContours() {
    const wide = picture.width >= picture.height;
    const [width, height] = wide
      ? [FINE, Math.round((FINE * picture.height) / picture.width)] : [Math.round((FINE * picture.width) / picture.height), FINE];
    const context = sized(width, height);
    if (!(limit() > 0)) return;
    const signs = view.header.signed ? [-1, 1] : [1];
    for (const sign of signs) {
      const map = view.chosen.smooth ? smooth : grid;
      const turned = sign > 0 ? map : { ...map, values: map.values.map((value) => -value) };
      LEVELS.forEach((level, number) => {
        const path = (view.chosen.smooth ? isoLines : cellBorders)(turned, level * limit(), width, height);
        const colour = view.colours[colourIndex(sign * level, 1, view.header.signed)];
        const thick = 3 + 2 * number;
        // Evidence against is dashed, so that it is told apart without colour.
        context.setLineDash(sign < 0 ? [14, 10] : []);
        for (const [style, lineWidth] of [[inkOn(colour), thick + 4], [cssColour(colour), thick]]) {
          Object.assign(context, { strokeStyle: style, lineWidth, lineCap: "round" });
          context.stroke(path);
        }
      });
    }
  }

  // Whatever is less hot takes the picture's mean colour, as in quality.kept.
  function paintCover() {
    const { width, height } = picture;
    const context = sized(width, height);
    const image = context.createImageData(width, height);
    const least = (view.chosen.threshold / 100) * tile.limit;
    let stays = 0;
    for (let cell = 0; cell < smooth.values.length; cell++) {
      const hot = tile.limit > 0 ? smooth.values[cell] >= least : view.chosen.threshold === 0;
      stays += hot ? 1 : 0;
      for (let c = 0; c < 3; c++) image.data[4 * cell + c] = view.mean[c];
      image.data[4 * cell + 3] = hot ? 0 : 255;
    }
    context.putImageData(image, 0, 0);
    sayKept(stays / smooth.values.length);
  }

  function sayKept(counted) {
    const [share, left] = tile.kept?.[Math.round((view.chosen.threshold / 100) * (tile.kept.length - 1))] ?? [counted, null];
    const before = tile.before === null ? "" : ` (before ${percent(tile.before)})`;
    const what = share === 0 ? "no pixel" : share === 1 ? "all pixels" : `the hottest ${percent(share)} of pixels`;
    setText(keptLine, left === null ? `This keeps ${what}.` : `With ${what} kept: ${percent(left)}${before}`);
  }

  function sized(width, height) {
    heat.width = width;
    heat.height = height;
    return heat.getContext("2d");
  }

  const limit = () => (view.header.one_scale ? view.limit : tile.limit);

  function point(place) {
    mark.hidden = !place || !grid;
    if (!grid) return setText(reading, "");
    if (!place) {
      const largest = view.header.tiles.length > 1 && tile.limit > 0 ? ` · largest ${readable(tile.limit)}` : "";
      return setText(reading, `${grid.rows} × ${grid.columns} cells${largest}`);
    }
    const { row, column } = cellAt(place);
    const { y, x } = middleOf({ row, column });
    Object.assign(mark.style, {
      top: `${100 * y}%`, left: `${100 * x}%`,
      // A cell of a single pixel would hardly be seen.
      height: `max(${100 / grid.rows}%, 12px)`, width: `max(${100 / grid.columns}%, 12px)`,
    });
    return setText(reading, `row ${row} · column ${column} · ${readable(grid.values[row * grid.columns + column])}`);
  }

  const sheet = { element, below, show, paint, point, get words() { return `${tile.title}: ${reading.textContent}`; } };
  return sheet;
}
