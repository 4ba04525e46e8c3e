// What colours mean, and what else is drawn on the input: padding, cells that no window visits, winners.
function scaleOf(view, side, map) {
  const { scene, memory, palettes } = view;
  const maps = scene[side];
  const kept = side === "output" && ["max", "average"].includes(scene.pooling);
  // What is kept of the input has the input's colours.
  if (kept) return scaleOf(view, "input", map);
  if (side === "input" && scene.isPicture) return { limit: 1, signed: false, colours: palettes.picture, picture: true };
  const limit = memory.scale === "all" ? maps.limit : maps.limits[map];
  return { limit, signed: maps.signed, colours: maps.signed ? palettes.signed : palettes.plain, picture: false };
}

function packedColour(scale, value) {
  return scale.colours[colourIndex(value, scale.limit, scale.signed)];
}

function packedRgb(values, start) {
  const byte = (offset) => Math.max(0, Math.min(255, Math.round(values[start + offset] * 255)));
  return (0xff000000 | (byte(2) << 16) | (byte(1) << 8) | byte(0)) >>> 0;
}

function paintScale(bar, scale, inColour) {
  bar.element.classList.toggle("coloured", inColour);
  let meaning = scale.signed ? "blue: negative, orange: positive" : "dark: 0, bright: large";
  if (scale.picture) meaning = inColour ? "in colour; each channel from 0 to 1" : "black: 0, white: 1";
  bar.paint({ ...scale, meaning });
}

// A switch that looks like the others on the page; `onChange(checked)`.
function checkbox(words, onChange) {
  const element = el("label", "check");
  const box = el("input", "", "", { type: "checkbox" });
  const text = el("span", "", words);
  box.addEventListener("change", () => onChange(box.checked));
  element.append(box, text);
  return { element, box, text };
}

// Hatching and dots are explained where they are to be seen.
function drawnNotes() {
  const element = el("div", "drawn");
  const padding = el("div", "key");
  const unseen = el("div", "key");
  const [paddingText, unseenText] = [el("span"), el("span")];
  padding.append(el("span", "swatch hatched"), paddingText);
  unseen.append(el("span", "swatch dotted"), unseenText);
  element.append(padding, unseen);

  function set(scene) {
    const { rows, columns } = scene;
    const sides = [[rows.before, "above"], [rows.after, "below"], [columns.before, "left"], [columns.after, "right"]];
    padding.hidden = sides.every(([amount]) => !amount);
    const amounts = sides.map(([amount, where]) => `${amount} ${where}`).join(", ");
    setText(paddingText, `padding: ${amounts}; ${scene.pooling ? "left out" : "counted as 0"}`);
    const count = countNeverReached(scene);
    unseen.hidden = !count;
    setText(unseenText, `never visited: ${plural(count, "cell")}`);
  }
  return { element, set };
}

// Whether windows take in rows, columns of the input: two lists of 0 and 1.
function reachedCells(scene) {
  return [scene.rows, scene.columns].map((axis) => {
    const reached = new Uint8Array(axis.size).fill(1);
    for (const [first, count] of neverReached(axis)) reached.fill(0, first, first + count);
    return reached;
  });
}

// Strips over the input's rows and columns that no window reaches.
function neverVisitedStrips(scene) {
  const { rows, columns } = scene;
  const strip = (style) => {
    const element = el("div", "unvisited");
    element.style.cssText = style;
    return element;
  };
  const share = (part, whole) => `${(100 * part) / whole}%`;
  return [
    ...neverReached(rows).map(([first, count]) =>
      strip(`left:0;right:0;top:${share(first, rows.size)};height:${share(count, rows.size)}`)),
    ...neverReached(columns).map(([first, count]) =>
      strip(`top:0;bottom:0;left:${share(first, columns.size)};width:${share(count, columns.size)}`)),
  ];
}

// A dot on the winner of every window.
const DOT_CELL = 12; // Pixels of the drawing for a cell; few enough for 224 × 224.
const DOT_BESIDE = 24; // The same where a number takes the middle and the dot stands in the corner.

// To find all winners takes a look at every cell of every window: beyond so many looks the page would stand still.
const MOST_LOOKS = 1_000_000;

function canMarkWinners(scene) {
  return scene.pooling === "max" && scene.output.rows * scene.output.columns * scene.cells <= MOST_LOOKS;
}

function winnerDots(scene, channel, beside) {
  const { rows, columns } = scene.input;
  const unit = Math.max(rows, columns) > 64 ? 4 : beside ? DOT_BESIDE : DOT_CELL;
  const [across, down, larger] = beside ? [0.85, 0.15, 0.11] : [0.5, 0.5, 0.28];
  const canvas = el("canvas", "dots");
  canvas.width = columns * unit;
  canvas.height = rows * unit;
  const context = canvas.getContext("2d");
  const winners = everyWinner(scene, channel);
  for (const [radius, colour] of [[larger, "#000"], [0.65 * larger, "#fff"]]) {
    context.fillStyle = colour;
    context.beginPath();
    for (const cell of winners) {
      const [x, y] = [((cell % columns) + across) * unit, (Math.floor(cell / columns) + down) * unit];
      context.moveTo(x + radius * unit, y);
      context.arc(x, y, radius * unit, 0, 2 * Math.PI);
    }
    context.fill();
  }
  return canvas;
}
