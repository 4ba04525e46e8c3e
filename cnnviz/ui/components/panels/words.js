// Receptive fields in words.

// What one cell sees along both axes; null where it sees padding alone.
function fieldOf(fields, row, column) {
  const [top, left] = [fields.rows.first[row], fields.columns.first[column]];
  const [bottom, right] = [fields.rows.last[row], fields.columns.last[column]];
  if (top > bottom || left > right) return null;
  return { top, left, height: bottom - top + 1, width: right - left + 1 };
}

function span(first, size) {
  return size === 1 ? `${first}` : `${first} to ${first + size - 1}`;
}

// How far the field reaches over the border: there a layer on the way put padding.
function beyond(fields, row, column, { rows, columns }) {
  const over = ({ full, start, jump }, cell, size) => {
    if (full === null) return [0, 0];
    const from = start + jump * cell;
    return [Math.max(0, -from), Math.max(0, from + full - size)];
  };
  const [above, below] = over(fields.rows, row, rows);
  const [left, right] = over(fields.columns, column, columns);
  const parts = [
    above && `${plural(above, "row")} above`, below && `${plural(below, "row")} below`,
    left && `${plural(left, "column")} to the left`, right && `${plural(right, "column")} to the right`,
  ].filter(Boolean);
  return parts.length ? ` of its field of ${fields.rows.full} × ${fields.columns.full}; the rest is padding: ${parts.join(", ")}` : "";
}

function seesWords(fields, row, column, panel) {
  const field = fieldOf(fields, row, column);
  const noun = panel.kind === "picture" ? "pixels" : "cells";
  if (!field) return "sees padding alone";
  return `sees ${field.height} × ${field.width} ${noun}, rows ${span(field.top, field.height)}, `
    + `columns ${span(field.left, field.width)}${beyond(fields, row, column, panel)}`;
}
