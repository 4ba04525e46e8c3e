// What the learner chose on each stage; it stays while numbers come and go, and while Streamlit takes the stage off the
// page and puts it back.
const remembered = new Map();

function memoryOf(key) {
  if (!remembered.has(key)) {
    remembered.set(key, {
      row: 0, column: 0, placed: false, map: 0, channel: 0, level: 0, speed: 8, playing: false, filling: false,
      alone: false, every: true, scale: "map",
    });
  }
  return remembered.get(key);
}

// Another scene may have fewer positions, maps or channels.
function fitMemory(memory, scene) {
  const { output, input } = scene;
  memory.map = Math.min(memory.map, output.count - 1);
  memory.channel = Math.min(memory.channel, input.count - 1);
  memory.row = Math.min(memory.row, output.rows - 1);
  memory.column = Math.min(memory.column, output.columns - 1);
  if (memory.placed) return;
  Object.assign(memory, firstPlace(scene, memory.map), { placed: true });
}

// Sizes of a cell, in pixels, that zooming goes through.
const LEVELS = [8, 16, 24, 36, 48, 64];
const LARGEST_CELL = 88;
const LARGEST_OUTPUT_CELL = 64; // Unless the input's are larger still: an output of one cell need not fill the page.

function fittingCell(columns, rows, width, height) {
  const cell = Math.min(width / columns, height / rows);
  if (cell < 4) return cell;
  const ratio = window.devicePixelRatio || 1;
  return Math.floor(cell * ratio) / ratio;
}

// Where nothing is skipped, a cell of the output is as large as one of the input: a smaller output then looks smaller.
function isSameScale({ rows, columns, output }) {
  return rows.stride === 1 && columns.stride === 1
    && 2 * output.rows >= rows.padded && 2 * output.columns >= columns.padded;
}

// {input, output: pixels a cell, least: what the coarser of both needs at least to be enlarged}
function cellSizes(scene, room, level) {
  const input = Math.min(LARGEST_CELL, fittingCell(scene.columns.padded, scene.rows.padded, room.width, room.height));
  const largest = Math.max(input, LARGEST_OUTPUT_CELL);
  const fitting = Math.min(largest, fittingCell(scene.output.columns, scene.output.rows, room.width, room.height));
  const output = isSameScale(scene) ? Math.min(input, fitting) : fitting;
  return { input: Math.max(input, level), output: Math.max(output, level), least: Math.min(input, output) };
}

function nextLevel(level, least, direction) {
  const larger = LEVELS.filter((each) => each > least);
  if (direction > 0) return larger.find((each) => each > level) ?? level;
  return larger.findLast((each) => each < level) ?? 0;
}
