// Outlines over a map: the window with the cells it touches, or a single cell. Moving one is moving one element.
const SMALLEST_FRAME = 8; // A window of a few pixels would not be seen from the back row.
const LINE = 3; // Pixels; the style sheet's, too.
const SVG = "http://www.w3.org/2000/svg";

function frame(className) {
  const element = document.createElementNS(SVG, "svg");
  element.setAttribute("class", `frame ${className}`);
  element.setAttribute("aria-hidden", "true");
  const paths = ["halo", "line"].map((part) => {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", part);
    return path;
  });
  element.append(...paths);
  let shift = { x: 0, y: 0 };

  function shape(boxes) {
    const outline = boxes.map(([x, y, width, height]) => `M${x} ${y}h${width}v${height}h${-width}z`).join("");
    paths.forEach((path) => path.setAttribute("d", outline));
  }

  // `rows` and `columns`: {window, dilation, span}; `cell` in pixels.
  function shapeWindow(rows, columns, cell) {
    const [width, height] = [columns.span * cell, rows.span * cell];
    const gaps = (rows.dilation > 1 || columns.dilation > 1) && cell >= SMALLEST_FRAME;
    // The line runs outside the cells, so that it hides none of a small one.
    const [grownX, grownY] = [width, height].map((size) => (gaps ? 0 : Math.max(LINE, SMALLEST_FRAME - size)));
    shift = { x: -grownX / 2, y: -grownY / 2 };
    if (!gaps) return shape([[0, 0, width + grownX, height + grownY]]);
    const boxes = [];
    for (let y = 0; y < rows.window; y++) {
      for (let x = 0; x < columns.window; x++) {
        boxes.push([x * columns.dilation * cell, y * rows.dilation * cell, cell, cell]);
      }
    }
    return shape(boxes);
  }

  function place(x, y) {
    element.style.transform = `translate(${x + shift.x}px, ${y + shift.y}px)`;
  }
  return { element, shapeWindow, place };
}

const ONE_CELL = { window: 1, dilation: 1, span: 1 };
