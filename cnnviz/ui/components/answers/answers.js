// Pictures with what a network took them for: right or wrong by a sign and in words, not by colour.
const views = new WeakMap();
const PATIENCE = 150; // Milliseconds that a hand on the arrow keys rests before the server is told.

function createView(root) {
  const view = { root, selected: -1, byHand: false, tell: () => {} };
  const tiles = tileList(
    view,
    {
      label: () => view.given.name,
      count: () => view.given.numbers.length,
      order: () => view.given.numbers.map((_, place) => place),

      fill(tile, place) {
        const picture = el("div", "picture", "", { "aria-hidden": "true" });
        const [taken, label] = [el("div", "taken"), el("div", "label")];
        tile.append(picture, taken, label);
        tile.addEventListener("keydown", (event) => {
          // Until one is selected, the list itself does not know where the keys are.
          if (view.selected >= 0 || !["Enter", " "].includes(event.key)) return;
          event.preventDefault();
          event.stopPropagation();
          take(place);
        });
        return { picture, taken, label };
      },

      tell(parts, place) {
        const { numbers, labels, taken, certainty } = view.given;
        const right = labels[place] === taken[place];
        setText(parts.taken, `${right ? "✓" : "✗"} ${taken[place]} · ${percent(certainty[place])}`);
        setText(parts.label, right ? "" : `is ${labels[place]}`);
        return `Test picture ${numbers[place] + 1}: ${labels[place]}, ${right ? "named right" : `taken for ${taken[place]}`}, ${percent(certainty[place])}`;
      },

      paint({ picture }, place) {
        cut(picture, view.address, { number: place, across: view.given.across, count: view.given.numbers.length });
      },
    },
    (place) => take(place),
  );
  root.replaceChildren(tiles.element);

  function take(place) {
    view.selected = place;
    view.byHand = true;
    mark(false);
    clearTimeout(view.timer);
    view.timer = setTimeout(() => view.tell(view.given.numbers[place]), PATIENCE);
  }

  function mark(reveal) {
    if (view.selected >= 0) {
      tiles.select(view.selected, reveal);
      return;
    }
    tiles.element.querySelectorAll(".piece").forEach((tile, place) => {
      tile.setAttribute("aria-selected", "false");
      tile.tabIndex = place ? -1 : 0;
    });
  }

  view.show = (bytes) => {
    const { header, array } = unpack(bytes);
    const form = JSON.stringify([header.name, header.numbers, header.taken]);
    view.given = header;
    if (form !== view.form) {
      view.form = form;
      view.byHand = false;
      if (view.address) URL.revokeObjectURL(view.address);
      const file = array("sheet")?.values;
      view.address = file ? URL.createObjectURL(new Blob([file], { type: "image/jpeg" })) : null;
      tiles.build();
      tiles.arrange();
      tiles.paint();
    }
    // A hand may be ahead of the server.
    const known = header.selected === null ? -1 : header.numbers.indexOf(header.selected);
    if (!view.byHand || known === view.selected) {
      view.selected = known;
      view.byHand = false;
    }
    mark(false);
  };
  return view;
}

export default function ({ data, parentElement, setStateValue }) {
  if (!views.has(parentElement)) views.set(parentElement, createView(parentElement.querySelector(".root")));
  const view = views.get(parentElement);
  view.tell = (number) => setStateValue("picture", number);
  view.show(data);
}
