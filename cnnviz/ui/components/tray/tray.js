// The pictures of a class: select those that are to go, then take them away together.
const views = new WeakMap();

function createView(root) {
  const view = { root, marked: new Set(), ids: [], tell: () => {} };
  const shelf = el("ul", "shelf");
  const bar = el("div", "bar");
  const status = el("span", "status", "", { "aria-live": "polite" });
  const remove = el("button", "", "Remove", { type: "button" });
  const every = el("button", "", "Mark all", { type: "button" });
  bar.append(remove, every, status);
  root.replaceChildren(shelf, bar);

  const whole = () => view.marked.size === view.ids.length;

  function paint() {
    shelf.querySelectorAll("button").forEach((tile) => {
      tile.setAttribute("aria-pressed", view.marked.has(tile.dataset.id));
    });
    const count = view.marked.size;
    setText(status, count ? `${plural(count, "picture")} marked.` : "Select pictures to remove them.");
    setText(remove, count ? `Remove ${plural(count, "picture")}` : "Remove");
    setText(every, count && whole() ? "Mark none" : "Mark all");
    // Not `disabled`, which would take the focus from a button that has just done its work.
    remove.setAttribute("aria-disabled", count === 0);
  }

  function mark(id) {
    if (!view.marked.delete(id)) view.marked.add(id);
    paint();
  }

  remove.onclick = () => {
    if (view.marked.size) view.tell([...view.marked]);
  };
  every.onclick = () => {
    view.marked = new Set(whole() ? [] : view.ids);
    paint();
  };
  shelf.addEventListener("keydown", (event) => {
    const tiles = [...shelf.querySelectorAll("button")];
    const here = tiles.indexOf(event.target);
    const across = tiles.filter((tile) => tile.offsetTop === tiles[0].offsetTop).length;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across }[event.key];
    if (here < 0 || step === undefined) return;
    event.preventDefault();
    const next = tiles[here + step];
    if (!next) return;
    tiles[here].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });

  function build({ ids, name, first, side, across }, sheet) {
    if (view.address) URL.revokeObjectURL(view.address);
    view.address = sheet ? URL.createObjectURL(new Blob([sheet], { type: "image/jpeg" })) : null;
    const tiles = ids.map((id, number) => {
      const item = el("li");
      const tile = el("button", "piece", "", {
        type: "button", "data-id": id, "aria-label": `${name}, picture ${first + number}`, tabindex: number ? "-1" : "0",
      });
      cut(tile, view.address, { number, across, count: ids.length });
      tile.onclick = () => mark(id);
      item.append(tile);
      return item;
    });
    shelf.setAttribute("aria-label", `Pictures of ${name}`);
    shelf.replaceChildren(...tiles);
    bar.hidden = ids.length === 0;
  }

  view.show = (bytes) => {
    const { header, array } = unpack(bytes);
    const form = `${header.name}|${header.ids.join()}`;
    if (form !== view.form) {
      view.form = form;
      view.ids = header.ids;
      view.marked = new Set(header.ids.filter((id) => view.marked.has(id)));
      build(header, array("sheet")?.values);
    }
    paint();
  };
  return view;
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!views.has(parentElement)) views.set(parentElement, createView(parentElement.querySelector(".root")));
  const view = views.get(parentElement);
  view.tell = (ids) => setTriggerValue("removed", ids);
  view.show(data);
}
