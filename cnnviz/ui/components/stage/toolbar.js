// Play, step, speed and zoom.
const ICONS = {
  restart: "M5 5h3v14H5zM20 5v14L9 12z",
  back: "M15 5v14L6 12zM17 5h2v14h-2z",
  play: "M7 4v16l13-8z",
  pause: "M6 5h4v14H6zM14 5h4v14h-4z",
  forward: "M9 5v14l9-7zM5 5h2v14H5z",
  less: "M5 11h14v2H5z",
  more: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z",
};
const SPEED = { min: "1", max: "60", step: "1" };
const WHOLE_IN = 30; // Seconds in which even a large map can be filled, at the highest speed.

function iconButton(icon, name, onClick) {
  const element = el("button", "tool", "", { type: "button", "aria-label": name, title: name });
  const image = document.createElementNS(SVG, "svg");
  image.setAttribute("viewBox", "0 0 24 24");
  image.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[icon]);
  image.append(path);
  element.append(image);
  element.addEventListener("click", onClick);
  return { element, path };
}

function toolbar({ restart, step, toggle, speed, zoom, whole }) {
  const element = el("div", "toolbar", "", { role: "group", "aria-label": "Move the window" });
  const play = iconButton("play", "Play", toggle);
  const words = el("span", "", "Play");
  play.element.classList.add("worded");
  play.element.removeAttribute("title");
  play.element.append(words);
  const moves = el("div", "tools");
  moves.append(
    iconButton("restart", "To the first position", restart).element,
    iconButton("back", "Step back", () => step(-1)).element,
    play.element,
    iconButton("forward", "Step forward", () => step(1)).element,
  );
  const pace = el("label", "pace", "Speed ");
  const slider = el("input", "", "", { type: "range", ...SPEED, "aria-label": "Speed, positions per second" });
  const told = el("span", "told");
  slider.addEventListener("input", () => speed(Number(slider.value)));
  pace.append(slider, told);
  const zooms = el("div", "tools zooms");
  const less = iconButton("less", "Zoom out", () => zoom(-1)).element;
  const more = iconButton("more", "Zoom in", () => zoom(1)).element;
  const all = el("button", "tool worded", "Whole map", { type: "button" });
  all.addEventListener("click", whole);
  zooms.append(el("span", "zoomword", "Zoom"), less, more, all);
  element.append(moves, pace, zooms);

  function set({ playing, perSecond, positions, canLess, canMore }) {
    slider.max = String(Math.max(Number(SPEED.max), Math.round(positions / WHOLE_IN)));
    moves.hidden = pace.hidden = positions < 2;
    play.path.setAttribute("d", playing ? ICONS.pause : ICONS.play);
    setText(words, playing ? "Pause" : "Play");
    play.element.setAttribute("aria-label", playing ? "Pause" : "Play");
    slider.value = perSecond;
    setText(told, `${perSecond} per second`);
    less.disabled = all.disabled = !canLess;
    more.disabled = !canMore;
    zooms.hidden = !canLess && !canMore;
  }
  return { element, set };
}
