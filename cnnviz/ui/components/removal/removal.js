// The tiles and what moves them: whether pixels go or come, and how many; nothing here needs the server.
const removals = new WeakMap();
const MODES = [["gone", "take away"], ["come", "put back"]];
const chosen = { mode: "gone", share: 0.25 };

function createRemoval(root) {
  const view = { ...chosen, step: 0, tiles: [] };
  const controls = el("div", "controls");
  const slider = el("label", "share");
  const words = el("span");
  const range = el("input", "", "", { type: "range", min: 0, step: 1 });
  range.addEventListener("input", () => {
    view.step = Number(range.value);
    view.share = chosen.share = view.step / view.header.steps;
    paint();
  });
  slider.append(words, range);
  controls.append(
    choiceSwitch("Pixels", MODES, view.mode, (mode) => {
      view.mode = chosen.mode = mode;
      paint();
    }),
    slider,
  );
  const meaning = el("p", "saying");
  const list = el("ul", "parts");
  root.replaceChildren(controls, meaning, list);

  function paint() {
    const gone = view.mode === "gone";
    const text = `${Math.round((100 * view.step) / view.header.steps)}\u00a0% of the pixels ${gone ? "are gone" : "have come"}`;
    setText(words, `${text}, the hottest first`);
    range.setAttribute("aria-valuetext", text);
    const ground = gone ? "What is gone has the picture's mean colour." : "What has not come yet is blurred.";
    setText(meaning, `${ground} Under each picture: the probability of ${view.header.name}, and its curve.`);
    view.tiles.forEach((tile, number) => tile.paint(view, number));
  }

  view.show = (bytes) => {
    const { header, array } = unpack(bytes);
    Object.assign(view, { header, array, picture: array("picture"), blurred: array("blurred") });
    view.step = Math.round(view.share * header.steps);
    range.max = header.steps;
    range.value = view.step;
    root.style.setProperty("--guide", header.guide);
    while (view.tiles.length < header.tiles.length) view.tiles.push(removalTile());
    view.tiles.length = header.tiles.length;
    list.replaceChildren(...view.tiles.map((tile) => tile.element));
    paint();
  };
  return view;
}

export default function ({ data, parentElement }) {
  if (!removals.has(parentElement)) removals.set(parentElement, createRemoval(parentElement.querySelector(".root")));
  removals.get(parentElement).show(data);
}
