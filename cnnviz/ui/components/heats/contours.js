// Contour lines of numbers on a grid, drawn on a canvas that lies over the whole picture.

// Around cells: the border between those that reach the level and those that do not.
function cellBorders({ values, rows, columns }, level, width, height) {
  const path = new Path2D();
  const reaches = (row, column) => values[row * columns + column] >= level;
  const [down, across] = [height / rows, width / columns];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [y, x] = [(row + 1) * down, (column + 1) * across];
      if (column + 1 < columns && reaches(row, column) !== reaches(row, column + 1)) {
        path.moveTo(x, y - down);
        path.lineTo(x, y);
      }
      if (row + 1 < rows && reaches(row, column) !== reaches(row + 1, column)) {
        path.moveTo(x - across, y);
        path.lineTo(x, y);
      }
    }
  }
  return path;
}

// Between the middles of pixels: marching squares (Lorensen and Cline 1987, in the plane). The outermost pixels reach to
// the picture's edge.
function isoLines({ values, rows, columns }, level, width, height) {
  const path = new Path2D();
  const value = (row, column) =>
    values[Math.max(0, Math.min(rows - 1, row)) * columns + Math.max(0, Math.min(columns - 1, column))] - level;
  const at = (index, count, size) => Math.max(0, Math.min(size, ((index + 0.5) * size) / count));
  for (let row = -1; row < rows; row++) {
    const [top, bottom] = [at(row, rows, height), at(row + 1, rows, height)];
    for (let column = -1; column < columns; column++) {
      const corners = [value(row, column), value(row, column + 1), value(row + 1, column + 1), value(row + 1, column)];
      const reached = corners.filter((corner) => corner >= 0).length;
      if (reached === 0 || reached === 4) continue;
      const [left, right] = [at(column, columns, width), at(column + 1, columns, width)];
      const places = [[left, top], [right, top], [right, bottom], [left, bottom]];
      const crossings = [];
      for (let i = 0; i < 4; i++) {
        const [here, next] = [corners[i], corners[(i + 1) % 4]];
        if (here >= 0 === next >= 0) continue;
        const share = here / (here - next);
        crossings.push([0, 1].map((axis) => places[i][axis] + share * (places[(i + 1) % 4][axis] - places[i][axis])));
      }
      // At a saddle, the middle tells which corners hang together.
      const middle = corners.reduce((sum, corner) => sum + corner, 0) >= 0;
      if (crossings.length === 4 && middle === corners[0] >= 0) crossings.push(crossings.shift());
      for (let i = 0; i < crossings.length; i += 2) {
        path.moveTo(...crossings[i]);
        path.lineTo(...crossings[i + 1]);
      }
    }
  }
  return path;
}
