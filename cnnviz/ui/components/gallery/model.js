// What Python sent, ready to show: kernels with their maps, limits and orders.

function readGallery(bytes) {
  const { header, array } = unpack(bytes);
  const [slices, colour, maps] = ["slices", "colour", "maps"].map(array);
  const [count, rows, columns] = slices.shape;
  const [, mapRows, mapColumns] = maps.shape;
  const part = ({ values }, number) =>
    values.subarray((values.length / count) * number, (values.length / count) * (number + 1));
  const kernels = Array.from({ length: count }, (_, number) => {
    const relation = header.relations[number];
    const kernel = {
      number, relation, name: header.names[number], norm: header.norms[number], response: header.responses[number],
      peak: header.peaks[number], slice: part(slices, number), colour: colour && part(colour, number),
      map: part(maps, number), matrix: relation.matrix === null ? null : array(`relative.${relation.matrix}`).values,
    };
    const limits = { slice: largest(kernel.slice), colour: colour && largest(kernel.colour), map: largest(kernel.map) };
    return { ...kernel, limits };
  });
  const limits = Object.fromEntries(["slice", "colour", "map"].map((name) =>
    [name, Math.max(...kernels.map((kernel) => kernel.limits[name]))]));
  const signed = kernels.some((kernel) => kernel.map.some((value) => value < 0));
  return { ...header, kernels, rows, columns, mapRows, mapColumns, inColour: colour !== null, signed, limits };
}

function largest(values) {
  let limit = 0;
  for (const value of values) limit = Math.max(limit, Math.abs(value));
  return limit;
}

// The orders of the tiles, largest first but for the layer's own.
const ORDERS = {
  index: ["number", () => 0],
  norm: ["norm", (kernel) => -kernel.norm],
  response: ["response", (kernel) => -kernel.response],
  likeness: ["likeness", (kernel) => -Math.abs(kernel.relation.correlation ?? 0)],
};

function ordered(kernels, order) {
  const rank = ORDERS[order][1];
  return [...kernels].sort((a, b) => rank(a) - rank(b) || a.number - b.number);
}

// What a tile and the heading say of a kernel besides its number.
function measure(kernel, order) {
  if (order === "norm") return readable(kernel.norm);
  if (order === "response") return readable(kernel.response);
  return kernel.relation.correlation === null ? "" : correlationText(kernel);
}

// Cut, not rounded: "0.70" is never less than 0.7. As `cut` in ui/kernels.py.
function correlationText(kernel) {
  const r = kernel.relation.correlation;
  return fixed(Math.trunc(100 * r + Math.sign(r) * 1e-4) / 100, 2);
}

// A kernel's cells as colours: signed around 0, or red, green and blue around mid-grey.
function paintKernel(canvas, gallery, values, limit, palettes) {
  const { rows, columns } = gallery;
  canvas.width = columns;
  canvas.height = rows;
  const image = new ImageData(columns, rows);
  if (values.length === 3 * rows * columns) {
    for (let i = 0, pixel = 0; i < values.length; i++) {
      image.data[pixel++] = 255 * (0.5 + (limit > 0 ? values[i] / (2 * limit) : 0));
      if (pixel % 4 === 3) image.data[pixel++] = 255;
    }
  } else {
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < values.length; i++) pixels[i] = palettes.signed[colourIndex(values[i], limit, true)];
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

function paintMap(canvas, gallery, kernel, limit, palettes) {
  canvas.width = gallery.mapColumns;
  canvas.height = gallery.mapRows;
  const image = new ImageData(gallery.mapColumns, gallery.mapRows);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = gallery.signed ? palettes.signed : palettes.plain;
  for (let i = 0; i < kernel.map.length; i++) pixels[i] = colours[colourIndex(kernel.map[i], limit, gallery.signed)];
  canvas.getContext("2d").putImageData(image, 0, 0);
}
