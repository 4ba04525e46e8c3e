// The tiles: one for each map.
const ORDERS = {
  index: (wall) => (a, b) => a - b,
  mean: (wall) => (a, b) => wall.means[b] - wall.means[a] || a - b,
  maximum: (wall) => (a, b) => wall.maxima[b] - wall.maxima[a] || a - b,
};

function mapTiles(view) {
  return {
    label: () => `Maps of ${view.wall.layer}`,
    count: () => view.wall.limits.length,
    order: () => view.wall.limits.map((_, number) => number).sort(ORDERS[view.order](view.wall)),

    fill(tile, number) {
      const canvas = el("canvas", "", "", { "aria-hidden": "true" });
      const [line, value] = [el("div", "line"), el("span")];
      line.append(el("b", "", `${number}`), value);
      tile.append(canvas, line);
      return { canvas, value };
    },

    tell(parts, number) {
      const { wall, order: by } = view;
      const value = readable((by === "mean" ? wall.means : wall.maxima)[number]);
      setText(parts.value, value);
      const silent = wall.limits[number] === 0 ? ", 0 everywhere" : "";
      return `Map ${number}: ${by === "mean" ? "mean" : "maximum"} ${value}${silent}`;
    },

    paint({ canvas }, number) {
      const { wall, palettes } = view;
      const [, rows, columns] = wall.maps.shape;
      canvas.width = columns;
      canvas.height = rows;
      const image = new ImageData(columns, rows);
      const pixels = new Uint32Array(image.data.buffer);
      const colours = wall.signed ? palettes.signed : palettes.plain;
      const from = number * rows * columns;
      const limit = view.limitOf(number);
      for (let i = 0; i < pixels.length; i++) pixels[i] = colours[colourIndex(wall.maps.values[from + i], limit, wall.signed)];
      canvas.getContext("2d").putImageData(image, 0, 0);
    },
  };
}
