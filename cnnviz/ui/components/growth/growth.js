// Pictures on their way from the first step to the last: a slider and a button play all of them back together.
const growths = new WeakMap();
const PACE = 300; // Milliseconds for each picture.

function createGrowth(root) {
  const tiles = el("div", "tiles");
  const player = el("div", "player");
  const button = el("button", "", "Play", { type: "button" });
  const label = el("label", "", "Growth");
  const slider = el("input", "", "", { type: "range", min: "0", step: "1" });
  const reading = el("output");
  label.append(slider);
  player.append(button, label, reading);
  root.replaceChildren(tiles, player);
  const view = { figures: [], name: "", timer: 0, turn: 0 };

  function paint() {
    const at = Number(slider.value);
    const mark = view.header.marks[at] ?? "";
    setText(reading, mark);
    slider.setAttribute("aria-valuetext", mark);
    view.figures.forEach(({ canvas, bitmaps }) => {
      const bitmap = bitmaps[Math.min(at, bitmaps.length - 1)];
      if (!bitmap) return;
      if (canvas.width !== bitmap.width) canvas.width = bitmap.width;
      if (canvas.height !== bitmap.height) canvas.height = bitmap.height;
      canvas.getContext("2d").drawImage(bitmap, 0, 0);
    });
  }

  function pause() {
    clearInterval(view.timer);
    view.timer = 0;
    setText(button, "Play");
  }

  function play() {
    if (slider.value === slider.max) slider.value = "0";
    paint();
    setText(button, "Pause");
    view.timer = setInterval(() => {
      slider.value = String(Number(slider.value) + 1);
      paint();
      if (slider.value === slider.max) pause();
    }, PACE);
  }

  button.addEventListener("click", () => (view.timer ? pause() : play()));
  slider.addEventListener("input", () => {
    pause();
    paint();
  });

  // The same figures serve again, so that nothing jumps while a picture grows.
  function arrange() {
    while (tiles.children.length > view.header.tiles.length) tiles.lastChild.remove();
    view.figures.length = Math.min(view.figures.length, view.header.tiles.length);
    view.header.tiles.forEach((tile, number) => {
      if (!view.figures[number]) {
        const figure = el("figure");
        const canvas = el("canvas", "", "", { role: "img" });
        const title = el("figcaption");
        const facts = el("div");
        figure.append(title, canvas, facts);
        tiles.append(figure);
        view.figures[number] = { figure, canvas, title, facts, bitmaps: [] };
      }
      const { figure, canvas, title, facts } = view.figures[number];
      figure.classList.toggle("sharp", tile.sharp);
      canvas.setAttribute("aria-label", tile.alt);
      canvas.style.aspectRatio = String(tile.ratio);
      setText(title, tile.title);
      while (facts.children.length > tile.lines.length) facts.lastChild.remove();
      tile.lines.forEach((line, index) => {
        if (!facts.children[index]) facts.append(el("p", "fact"));
        setText(facts.children[index], line);
      });
    });
  }

  view.show = async (bytes) => {
    const turn = ++view.turn;
    const { header, array } = unpack(bytes);
    const decoded = await Promise.all(header.tiles.map((tile, number) => Promise.all(
      Array.from({ length: tile.frames }, (_, index) => createImageBitmap(new Blob([array(`${number}.${index}`).values]))),
    )));
    if (turn !== view.turn) return; // Something newer has arrived meanwhile.
    const last = Math.max(0, header.marks.length - 1);
    const stays = header.name === view.name && String(last) === slider.max;
    view.header = header;
    view.name = header.name;
    tiles.style.setProperty("--width", `${header.width}px`);
    arrange();
    view.figures.forEach((figure, number) => {
      figure.bitmaps.forEach((bitmap) => bitmap.close());
      figure.bitmaps = decoded[number];
    });
    player.classList.toggle("idle", last === 0);
    if (!stays) {
      pause();
      slider.max = String(last);
      slider.value = String(last);
    }
    paint();
  };
  return view;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  if (!growths.has(parentElement)) growths.set(parentElement, createGrowth(root));
  growths.get(parentElement).show(data);
}
