// The selected kernel large: its numbers beside those of its relative, and its map.
const PRINTED = 7; // Wider windows are shown as colours alone.

function kernelDetail(view, onOpen) {
  const element = el("div", "detail", "", { role: "region" });
  const heading = el("div", "title");
  const likeness = el("div", "likeness");
  const summary = el("div", "summary");
  const slice = el("div", "slice");
  const composite = picture("The kernel in colour");
  const own = picture();
  const relative = picture();
  const numbers = el("div", "numbersrow");
  numbers.append(composite.element, own.element, relative.element);
  const kernelLegend = colourBar("small");
  const map = mapPicture(view);
  const open = el("button", "open", "Take it apart in Convolution", { type: "button" });
  open.addEventListener("click", () => onOpen(view.selected));
  element.append(heading, likeness, summary, slice, numbers, kernelLegend.element, map.element, open);

  function paint() {
    const { gallery } = view;
    const kernel = gallery.kernels[view.selected];
    const { relation } = kernel;
    element.setAttribute("aria-label", `Kernel ${kernel.number} of ${gallery.layer}`);
    setText(heading, `Kernel ${kernel.number} · norm ${readable(kernel.norm)} · response ${readable(kernel.response)}`);
    setText(likeness, relation.sentence);
    setText(summary, relation.summary);
    setText(slice, kernel.name);
    slice.hidden = !kernel.name;
    composite.element.hidden = !gallery.inColour;
    if (gallery.inColour) {
      composite.paintColours(gallery, kernel.colour, view.limitOf(kernel, "colour"), view.palettes);
    }
    own.paint(gallery.inColour ? "Mean over its colours" : "This kernel", gallery, kernel.slice, view.limitOf(kernel, "slice"), view.palettes);
    relative.element.hidden = !kernel.matrix;
    if (kernel.matrix) relative.paint(relation.title, gallery, kernel.matrix, largest(kernel.matrix), view.palettes);
    kernelLegend.paint({
      limit: view.limitOf(kernel, "slice"), signed: true, colours: view.palettes.signed,
      meaning: "blue: negative, orange: positive",
    });
    map.paint(kernel);
    open.hidden = !gallery.opens;
  }
  return { element, paint };
}

// A kernel large, with its numbers while they can be read.
function picture(caption = "") {
  const element = el("div", "kernel");
  const numbers = numberGrid(caption);
  const title = numbers.element.firstChild;
  const grid = numbers.element.lastChild;
  const canvas = el("canvas", "", "", { role: "img" });
  grid.setAttribute("role", "group");
  element.append(numbers.element, canvas);

  function paintColours(gallery, values, limit, palettes) {
    canvas.hidden = false;
    grid.hidden = true;
    paintKernel(canvas, gallery, values, limit, palettes);
    canvas.setAttribute("aria-label", `${title.textContent}, ${gallery.rows} × ${gallery.columns} cells`);
    canvas.style.aspectRatio = `${gallery.columns} / ${gallery.rows}`;
  }

  function paint(name, gallery, values, limit, palettes) {
    setText(title, name);
    if (gallery.columns > PRINTED || gallery.rows > PRINTED) return paintColours(gallery, values, limit, palettes);
    canvas.hidden = true;
    grid.hidden = false;
    grid.setAttribute("aria-label", `${name}, row by row`);
    // Hand-picked kernels are often whole numbers; on their way here they lost some of it.
    const whole = values.every((value) => Math.abs(value - Math.round(value)) < 1e-3) && limit > 0.5;
    numbers.set(gallery.columns, Array.from(values, (value) => ({
      text: whole ? fixed(value, 0) : compact(value), colour: palettes.signed[colourIndex(value, limit, true)], note: "",
    })));
  }
  return { element, paint, paintColours };
}

// The map large, with the value under the pointer and a ring around its largest.
function mapPicture(view) {
  const element = el("div", "mapbox");
  const caption = el("div", "gridtitle");
  const frame = el("div", "map");
  const canvas = el("canvas", "", "", { role: "img" });
  const peak = el("div", "peak");
  frame.append(canvas, peak);
  const readout = el("div", "readout");
  const legend = colourBar("small");
  element.append(caption, frame, readout, legend.element);
  let kernel = null;

  function rest() {
    const [row, column] = kernel.peak;
    setText(readout, `largest: ${readable(kernel.response)} at row ${row}, column ${column} (ring)`);
  }

  frame.addEventListener("pointermove", point);
  frame.addEventListener("pointerdown", point);
  frame.addEventListener("pointerleave", () => kernel && rest());
  function point(event) {
    const { mapRows, mapColumns, thinned } = view.gallery;
    const box = frame.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * mapRows);
    const column = Math.floor(((event.clientX - box.left) / box.width) * mapColumns);
    if (row < 0 || column < 0 || row >= mapRows || column >= mapColumns) return;
    const around = thinned > 1 ? `, mean of ${thinned} × ${thinned}` : "";
    const value = readable(kernel.map[row * mapColumns + column]);
    setText(readout, `row ${row * thinned}, column ${column * thinned}${around}: ${value}`);
  }

  function paint(selected) {
    kernel = selected;
    const { gallery } = view;
    const limit = view.limitOf(kernel, "map");
    const [rows, columns] = gallery.size;
    const thinned = gallery.thinned > 1 ? `, each cell the mean of ${gallery.thinned} × ${gallery.thinned}` : "";
    setText(caption, `Its map, ${rows} × ${columns}, ${gallery.stage}${thinned}`);
    paintMap(canvas, gallery, kernel, limit, view.palettes);
    frame.style.aspectRatio = `${columns} / ${rows}`;
    canvas.setAttribute("aria-label", `Map of kernel ${kernel.number}, ${rows} × ${columns}; largest value `
      + `${readable(kernel.response)} at row ${kernel.peak[0]}, column ${kernel.peak[1]}`);
    peak.style.left = `${(100 * (kernel.peak[1] + 0.5)) / columns}%`;
    peak.style.top = `${(100 * (kernel.peak[0] + 0.5)) / rows}%`;
    rest();
    legend.paint({
      limit, signed: gallery.signed, colours: gallery.signed ? view.palettes.signed : view.palettes.plain,
      meaning: gallery.signed ? "blue: negative, orange: positive" : "dark: 0, bright: large",
    });
  }
  return { element, paint };
}
