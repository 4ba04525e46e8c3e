// The numbers in a map's cells, where the cells are large enough. Only those in view exist; a cell always has the same
// one of the elements, so that scrolling by a row changes one row.
const SMALLEST_PRINTED = 34; // Pixels.
const DIGIT = 8.6; // Pixels that a digit takes, about.

function printedNumbers() {
  const element = el("div", "printed", "", { "aria-hidden": "true" });
  let pool = [];
  let across = 0;
  let down = 0;

  // `text(row, column)` in padded cells gives {text, ink} or null; `stale` when numbers or colours are new.
  function show({ cell, first, count, text }, stale) {
    if (count.columns !== across || count.rows !== down) {
      [across, down] = [count.columns, count.rows];
      pool = Array.from({ length: across * down }, () => ({ element: el("span"), at: "" }));
      element.replaceChildren(...pool.map((each) => each.element));
      stale = true;
    }
    element.style.setProperty("--cell", `${cell}px`);
    for (let row = first.row; row < first.row + down; row++) {
      for (let column = first.column; column < first.column + across; column++) {
        const each = pool[(row % down) * across + (column % across)];
        const at = `${row} ${column}`;
        if (!stale && each.at === at) continue;
        each.at = at;
        const found = text(row, column);
        setText(each.element, found?.text ?? "");
        each.element.style.color = found?.ink ?? "";
        each.element.style.transform = `translate(${column * cell}px, ${row * cell}px)`;
      }
    }
  }

  function clear() {
    if (!pool.length) return;
    pool = [];
    across = down = 0;
    element.replaceChildren();
  }
  return { element, show, clear };
}

// The cells must hold the longest of the numbers.
function printableFrom(maps) {
  const lengths = [...maps.lows, ...maps.highs].map((value) => cellText(value, 2).length);
  const longest = Math.max(...lengths, maps.signed ? 5 : 4);
  return Math.max(SMALLEST_PRINTED, longest * DIGIT);
}
