// One picture, a tile for each explanation; what is pointed at in one tile is marked and read in all.
const views = new WeakMap();

function createView(root) {
  const view = { root, chosen: chosenLast, place: null, told: false, tell: () => {} };
  const sheets = el("div", "sheets");
  const legend = colourBar();
  const said = el("div", "unseen", "", { "aria-live": "polite" });
  const controls = heatControls(view, () => {
    repaint();
    tellIfKept();
  });
  let boxes = [];

  function point(place, byKey) {
    view.place = place;
    boxes.forEach((box) => box.point(place));
    if (byKey) setText(said, boxes.map((box) => box.words).join("; "));
  }

  function repaint() {
    boxes.forEach((box) => box.paint());
    paintLegend();
  }

  // The server works out the probability of what is left only where it is read.
  function tellIfKept() {
    const keeps = view.chosen.show === "hottest";
    if (keeps !== view.told) view.tell(keeps);
    view.told = keeps;
  }

  // The colours as they are over the picture's mean.
  function paintLegend() {
    const { header, chosen } = view;
    const share = chosen.show === "contours" ? 1 : chosen.opacity / 100;
    const colours = view.colours.map((colour) => [0, 1, 2].reduce(
      (packed, c) => packed | (Math.round(share * ((colour >> (8 * c)) & 255) + (1 - share) * view.mean[c]) << (8 * c)), 0xff000000) >>> 0);
    const own = header.tiles.length > 1 && !header.one_scale;
    const words = [header.signed ? "blue: negative, orange: positive" : "dark: 0, bright: large"];
    if (chosen.show === "contours") words.push(`lines at 25, 50, 75 % of the largest, thicker is more${header.signed ? ", dashed below 0" : ""}`);
    if (own) words.push("each tile on its own scale: 1 is its largest value");
    else if (header.tiles.length > 1) words.push("one scale for all tiles");
    legend.paint({ limit: own ? 1 : view.limit, signed: header.signed, colours, meaning: words.join("; ") });
    legend.element.classList.toggle("idle", chosen.show === "hottest" || view.limit === 0);
  }

  view.show = (bytes) => {
    const { header, array } = unpack(bytes);
    const source = array("picture");
    view.header = header;
    view.limit = Math.max(...header.tiles.map((tile) => tile.limit));
    view.mean = meanColour(source);
    const stops = (isDark(root) && header.scales.dark) || header.scales.light;
    view.table = colourTable(stops);
    view.colours = palette(stops);
    // The same tiles serve again, so that nothing jumps and the focused one stays focused.
    if (boxes.length !== header.tiles.length) {
      boxes = header.tiles.map(() => heatSheet(view, point, () => point(null)));
      sheets.replaceChildren(...boxes.map((box) => box.element));
      const single = boxes.length === 1;
      // What is said changes in length: it stands where nothing below it would move.
      if (single) root.replaceChildren(sheets, controls.element, legend.element, boxes[0].below, said);
      else {
        root.replaceChildren(controls.element, legend.element, sheets, said);
        boxes.forEach((box) => box.element.append(box.below));
      }
      root.classList.toggle("single", single);
      root.classList.toggle("many", header.tiles.length > 6);
    }
    header.tiles.forEach((tile, number) => boxes[number].show(tile, array(`${number}`), source));
    repaint();
    point(view.place);
    tellIfKept();
  };
  return view;
}

function meanColour({ values, shape }) {
  const channels = shape[2] ?? 1;
  const sums = [0, 0, 0];
  for (let i = 0; i < values.length; i += channels) for (let c = 0; c < 3; c++) sums[c] += values[i + (channels === 3 ? c : 0)];
  return sums.map((sum) => Math.round(sum / (values.length / channels)));
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".root");
  if (!views.has(parentElement)) views.set(parentElement, createView(root));
  const view = views.get(parentElement);
  view.tell = (keeps) => setStateValue("keeps", keeps);
  view.show(data);
}
