// Painting the two maps: only new numbers, another map or channel, or another theme paint them again.
function isInColour({ scene, memory }) {
  return scene.isPicture && scene.input.count === 3 && !memory.alone;
}

function paintMap(view, side, panel, map) {
  const { scene } = view;
  const maps = scene[side];
  const scale = scaleOf(view, side, map);
  const coloured = isInColour(view) && (side === "input" || ["max", "average"].includes(scene.pooling));
  const colour = coloured
    ? (i) => packedRgb(maps.values, i * maps.count)
    : (i) => packedColour(scale, maps.values[i * maps.count + map]);
  const name = side === "input" ? scene.inputName : "the output";
  const noun = side === "input" || scene.pooling ? "channel" : "map";
  const part = coloured ? "in colour" : maps.count > 1 ? named(noun, maps.names[map]) : "";
  const size = `${maps.rows} × ${maps.columns}`;
  const range = `from ${tidy(maps.lows[map])} to ${tidy(maps.highs[map])}`;
  panel.paint({
    rows: maps.rows, columns: maps.columns, colour,
    alt: [atStart(name), part, size, range].filter(Boolean).join(", "),
  });
  const pads = side === "input"
    ? { top: scene.rows.before, left: scene.columns.before } : { top: 0, left: 0 };
  const [reachedRows, reachedColumns] = side === "input" ? reachedCells(scene) : [null, null];
  panel.setNumbers({
    from: printableFrom(maps),
    at(row, column) {
      const [r, c] = [row - pads.top, column - pads.left];
      const inside = r >= 0 && c >= 0 && r < maps.rows && c < maps.columns;
      if (!inside) return scene.pooling ? null : { text: "0", ink: "" };
      const i = r * maps.columns + c;
      const dimmed = reachedRows && !(reachedRows[r] && reachedColumns[c]);
      return { text: cellText(maps.values[i * maps.count + map], 2), ink: dimmed ? "#fff" : inkOn(colour(i)) };
    },
  });
  const title = side === "input" ? atStart(scene.inputName) : "Output";
  setText(panel.caption, [title, size, part].filter(Boolean).join(" · "));
  return { scale, coloured };
}

// All maps of the output as thumbnails to choose from.
function mapBoard(view, onSelect) {
  const { output } = view.scene;
  const element = el("div", "stack");
  const board = tileBoard({ label: "Maps of the output", noun: "Map", onSelect });
  const montage = document.createElement("canvas");
  element.append(el("div", "gridheading", `All ${output.count} maps`), board.element);

  function paint(width) {
    const scales = output.names.map((_, map) => scaleOf(view, "output", map));
    const tiles = {
      count: output.count, rows: output.rows, columns: output.columns, values: output.values, start: 0, tileStep: 1,
      cellStep: output.count, signed: scales[0].signed, colours: scales[0].colours, limit: (map) => scales[map].limit,
    };
    const place = paintMontage(montage, tiles, Math.ceil(Math.sqrt(output.count)));
    board.arrange({
      count: output.count, rows: output.rows, columns: output.columns, width,
      height: width < NARROW ? 480 : 280, largest: 112,
      names: output.names, numbered: true,
    });
    board.paint(montage, place, `All ${output.count} maps of the output, ${output.rows} × ${output.columns} each`);
  }
  return { element, paint, select: board.select };
}
