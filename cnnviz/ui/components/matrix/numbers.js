// What a cell's text is worth, by the rules of `_read_cell` in __init__.py, and numbers as text.
const LARGEST = 1e6;
const LONGEST = 40;
const DECIMAL = "[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?";
const NUMBER = new RegExp(`^(${DECIMAL})(?:/(${DECIMAL}))?$`);

// A number, or null where there is none.
function readNumber(text) {
  let plain = text.trim().replaceAll("−", "-");
  if (plain.length > LONGEST) return null;
  if (plain.split(",").length === 2 && !plain.includes(".")) plain = plain.replace(",", ".");
  const found = plain.match(NUMBER);
  if (!found) return null;
  const below = Number(found[2] ?? 1);
  const value = Number(found[1]) / below;
  return below !== 0 && Math.abs(value) <= LARGEST ? value : null;
}

// What is wrong with a text that `readNumber` refuses.
function complaint(text) {
  if (!text.trim()) return "is empty";
  return /^[-+−0-9.,/eE\s]*[0-9]$/.test(text) ? "holds no number that can be used" : "holds no number";
}

// Every digit, and 1/9 where that is exactly what it is.
function numberText(value) {
  if (value === 0) return "0";
  const text = String(value);
  if (text.length > 6 && !Number.isInteger(value)) {
    for (let below = 2; below <= 1000; below++) {
      const above = Math.round(value * below);
      if (above !== 0 && above / below === value) return `${above}/${below}`;
    }
  }
  return text;
}

// For reading: a short text as it was typed, a long number rounded.
function shownText(text) {
  const value = readNumber(text);
  if (value === null || text.trim().length <= 6) return text.trim().replaceAll("-", "−");
  return readable(value);
}

// For the sums: four digits that matter, none that does not.
function tidy(value) {
  if (Math.abs(value) < 1e-9) return "0";
  return Math.abs(value) < 0.0005 ? "≈ 0" : String(Number(value.toPrecision(4))).replace("-", "−");
}

// The sign in front of the text; a zero has none.
function flipped(text) {
  if (readNumber(text) === 0) return text;
  const typed = text.trim();
  return /^[-−]/.test(typed) ? typed.slice(1) : `-${typed.replace(/^\+/, "")}`;
}

// What is divided by so that the numbers add up to 1, or, where they add up to 0, their magnitudes do.
function divisor(values) {
  const sum = values.reduce((total, value) => total + value, 0);
  const magnitudes = values.reduce((total, value) => total + Math.abs(value), 0);
  const cancels = Math.abs(sum) <= 1e-9 * magnitudes;
  return { sum: cancels ? 0 : sum, magnitudes, by: cancels ? magnitudes : sum, cancels };
}

// Lines and cells of what was copied from a spreadsheet or from code; null for a single cell.
function pastedRows(text) {
  const lines = text.replace(/\r/g, "").replace(/[[\]{}()]/g, " ").replace(/^\n+|\s+$/g, "").split("\n");
  const rows = lines.map((line) => (line.includes("\t")
    ? line.split("\t").map((cell) => cell.trim())
    : line.split(/[\s;]+/).map((cell) => cell.replace(/,$/, "")).filter(Boolean)));
  return rows.length > 1 || rows[0].length > 1 ? rows : null;
}
