// The tiles: one for each kernel.
const SIGNS = { norm: "norm", response: "max" }; // Of what is written on a tile; of any other order it is r.

function kernelTiles(view) {
  const kernelOf = (number) => view.gallery.kernels[number];

  return {
    label: () => `Kernels of ${view.gallery.layer}`,
    count: () => view.gallery.kernels.length,
    order: () => ordered(view.gallery.kernels, view.order).map((kernel) => kernel.number),

    fill(tile, number) {
      const pictures = el("div", "pictures", "", { "aria-hidden": "true" });
      const [square, map] = [el("canvas"), el("canvas")];
      pictures.append(square, map);
      const [name, line, value] = [el("div", "name"), el("div", "line"), el("span")];
      line.append(el("b", "", `${number}`), value);
      tile.append(pictures, line, name);
      return { square, map, name, value };
    },

    tell(parts, number) {
      const kernel = kernelOf(number);
      const { short, correlation } = kernel.relation;
      const value = measure(kernel, view.order);
      setText(parts.value, value && `${SIGNS[view.order] ?? "r"} ${value}`);
      setText(parts.name, short);
      const likeness = correlation === null ? "" : `, correlation ${correlationText(kernel)}`;
      const own = view.order in SIGNS ? `, ${view.order} ${value}` : "";
      return `Kernel ${number}: ${short}${likeness}${own}`;
    },

    paint(parts, number) {
      const kernel = kernelOf(number);
      const what = view.gallery.inColour ? "colour" : "slice";
      paintKernel(parts.square, view.gallery, kernel[what], view.limitOf(kernel, what), view.palettes);
      paintMap(parts.map, view.gallery, kernel, view.limitOf(kernel, "map"), view.palettes);
    },
  };
}
