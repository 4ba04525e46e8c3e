// What of a layer goes into a picture of all its maps.
function paletteOf(view, layer) {
  if (layer.signed) return view.palettes.signed;
  return layer.kind === "input" ? view.palettes.picture : view.palettes.plain;
}

// The tiles of a layer's maps, for `paintMontage`.
function mapTiles(view, layer) {
  return {
    count: layer.channels, rows: layer.rows, columns: layer.columns, values: layer.values,
    start: 0, tileStep: 1, cellStep: layer.channels, signed: layer.signed, colours: paletteOf(view, layer),
    limit: (tile) => limitOf(view, layer, tile),
  };
}
