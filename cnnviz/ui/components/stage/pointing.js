// How a map is pointed at: mouse, finger, wheel and keys. At most one move a frame.
const KEY_STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
const PAGE = 5; // Rows that Page Up and Page Down take.

// `outputAt({x, y})`: from a place in padded cells to the position {row, column} that it stands for.
function makePointable(panel, { outputAt, onPoint, onHover, onPress, onKey, onZoom }) {
  const { view } = panel;
  let latest = null;

  function point() {
    if (!latest || !panel.plan) return;
    const box = view.getBoundingClientRect();
    const { cell } = panel.plan;
    const x = (latest.clientX - box.left - EDGE + panel.origin.x) / cell;
    const y = (latest.clientY - box.top - EDGE + panel.origin.y) / cell;
    latest = null;
    onPoint(outputAt({ x, y }), panel);
  }

  function soon(event) {
    if (!latest) requestAnimationFrame(point);
    latest = event;
  }

  view.addEventListener("pointermove", soon);
  view.addEventListener("pointerdown", (event) => {
    soon(event);
    requestAnimationFrame(onPress);
  });
  view.addEventListener("pointerenter", () => onHover(true));
  for (const end of ["pointerleave", "pointercancel"]) view.addEventListener(end, () => onHover(false));
  view.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    onZoom(event.deltaY < 0 ? 1 : -1);
  }, { passive: false });
  view.addEventListener("keydown", (event) => {
    if (event.altKey || event.metaKey) return;
    if (onKey(event)) event.preventDefault();
  });
}

// Where a key leads from a position; null where it leads nowhere. `counts` are the output's rows and columns.
function keyTarget(event, { row, column }, counts) {
  const step = KEY_STEPS[event.key];
  const inside = (value, count) => Math.max(0, Math.min(count - 1, value));
  if (step) return { row: inside(row + step[0], counts.rows), column: inside(column + step[1], counts.columns) };
  const page = { PageDown: PAGE, PageUp: -PAGE }[event.key];
  if (page) return { row: inside(row + page, counts.rows), column };
  if (event.key === "Home") return { row: event.ctrlKey ? 0 : row, column: 0 };
  if (event.key === "End") return { row: event.ctrlKey ? counts.rows - 1 : row, column: counts.columns - 1 };
  return null;
}
