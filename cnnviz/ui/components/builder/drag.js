// A card is carried by its grip, with a mouse, a pen or a finger; near an edge what lies around scrolls.
const EDGE = 70; // Pixels from the edge of the screen where it does.
const PACE = 12; // Pixels a frame.

function scrollerOf(node) {
  for (let at = node; at; at = at.parentElement ?? at.getRootNode().host) {
    if (/auto|scroll/.test(getComputedStyle(at).overflowY) && at.scrollHeight > at.clientHeight) return at;
  }
  return document.scrollingElement;
}

// `others()` gives the cards that it may be put between; `drop(place)` is called with their number above it.
function carry(grip, card, others, drop) {
  let held = null;

  const place = () => others().filter((other) => {
    const box = other.getBoundingClientRect();
    return held.y > box.top + box.height / 2;
  }).length;

  function paint() {
    const moved = held.y - held.start + held.scroller.scrollTop - held.scrolled;
    card.style.transform = `translateY(${moved}px)`;
    const cards = others();
    const at = place();
    cards.forEach((other, number) => {
      other.classList.toggle("dropAbove", number === at);
      other.classList.toggle("dropBelow", number === cards.length - 1 && at === cards.length);
    });
  }

  function frame() {
    if (!held) return;
    const by = held.y < EDGE ? -PACE : held.y > window.innerHeight - EDGE ? PACE : 0;
    if (by) {
      held.scroller.scrollTop += by;
      paint();
    }
    requestAnimationFrame(frame);
  }

  function end(puts) {
    if (!held) return;
    const at = place();
    held = null;
    window.removeEventListener("keydown", escape, true);
    card.classList.remove("carried");
    card.style.transform = "";
    for (const other of others()) other.classList.remove("dropAbove", "dropBelow");
    if (puts) drop(at);
  }

  function escape(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    end(false);
  }

  grip.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || held) return;
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
    const scroller = scrollerOf(card);
    held = { y: event.clientY, start: event.clientY, scroller, scrolled: scroller.scrollTop };
    card.classList.add("carried");
    window.addEventListener("keydown", escape, true);
    requestAnimationFrame(frame);
  });
  grip.addEventListener("pointermove", (event) => {
    if (!held) return;
    held.y = event.clientY;
    paint();
  });
  grip.addEventListener("pointerup", () => end(true));
  grip.addEventListener("pointercancel", () => end(false));
}
