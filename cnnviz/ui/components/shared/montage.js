// Many maps as one picture: one pixel a cell, one pixel between maps.
const GUTTER = 1;

// Paints the tiles and returns where each of them lies. Cell c of tile t is
// values[start + t * tileStep + c * cellStep].
function paintMontage(canvas, tiles, across) {
  const { count, rows, columns, values, start, tileStep, cellStep, signed, colours, limit } = tiles;
  // Small tiles are enlarged, so that the gutter stays thin beside them.
  const zoom = Math.max(1, Math.round(10 / Math.max(rows, columns)));
  const pitchX = columns * zoom + GUTTER;
  const pitchY = rows * zoom + GUTTER;
  const width = across * pitchX - GUTTER;
  const height = Math.ceil(count / across) * pitchY - GUTTER;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let tile = 0; tile < count; tile++) {
    const corner = Math.floor(tile / across) * pitchY * width + (tile % across) * pitchX;
    const top = limit(tile);
    let from = start + tile * tileStep;
    for (let row = 0; row < rows; row++) {
      let to = corner + row * zoom * width;
      for (let column = 0; column < columns; column++, from += cellStep) {
        const colour = colours[colourIndex(values[from], top, signed)];
        for (let x = 0; x < zoom; x++) pixels[to++] = colour;
      }
      // The row's other lines are copies of its first.
      const line = to - columns * zoom;
      for (let y = 1; y < zoom; y++) pixels.copyWithin(line + y * width, line, to);
    }
  }
  context.putImageData(image, 0, 0);
  return (tile) => ({
    x: (tile % across) * pitchX, y: Math.floor(tile / across) * pitchY, width: columns * zoom, height: rows * zoom,
  });
}

// The number of columns that makes the tiles largest within a given width and height.
function arrangeTiles({ count, rows, columns, width, height, label, gap, largest }) {
  let best = { size: 0, across: Math.ceil(Math.sqrt(count)), down: Infinity };
  for (let across = 1; across <= count; across++) {
    const down = Math.ceil(count / across);
    const size = Math.min(
      ((width + gap) / across - gap) / columns,
      ((height + gap) / down - gap - label) / rows,
      largest / Math.max(rows, columns),
    );
    const wider = size > best.size - 1e-6 && down < best.down; // As large, in fewer lines.
    if (size > best.size + 1e-6 || wider) best = { size, across, down };
  }
  return best;
}
