// Who can hold the pen: a mouse, a finger, a stylus, or the arrow keys.
function followPointers(pad) {
  const { canvas } = pad;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top].map((value) => (value * PAD_UNITS) / box.width);
  };

  const take = (event) => {
    // One pen at a time: a second finger draws nothing.
    if (!event.isPrimary || Number.isInteger(pad.holder)) return;
    pad.fit();
    pad.cursorElement.hidden = true;
    canvas.setPointerCapture(event.pointerId);
    pad.begin(event.pointerId, ...place(event));
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button === 0) take(event);
  });
  // A hasty hand presses the button before it has reached the pad.
  canvas.addEventListener("pointerenter", (event) => {
    if (event.pointerType === "mouse" && event.buttons === 1) take(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pad.holder) return;
    getSelection()?.removeAllRanges(); // What a press outside the pad began to select.
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const each of passed.length ? passed : [event]) pad.extend(event.pointerId, ...place(each));
  });
  for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) {
    canvas.addEventListener(type, (event) => {
      if (event.pointerId !== pad.holder) return;
      // Where a pen was lost is no place that anyone drew to.
      if (type === "pointerup") pad.extend(event.pointerId, ...place(event));
      pad.finish();
    });
  }
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 7; // Units a key press moves the pen; with Shift four times that.

function followKeys(pad) {
  const { canvas, cursorElement: cursor } = pad;
  const held = new Set(); // Two arrow keys together move at a slant.
  let place = [PAD_UNITS / 2, PAD_UNITS / 2];

  const show = () => {
    cursor.hidden = false;
    cursor.classList.toggle("down", pad.holder === "keys");
    [cursor.style.left, cursor.style.top] = place.map((value) => `${(100 * value) / PAD_UNITS}%`);
  };
  const move = (event) => {
    held.add(event.key);
    const step = event.shiftKey ? 4 * STEP : STEP;
    for (const key of held) {
      place = place.map((value, axis) => Math.max(0, Math.min(PAD_UNITS, value + step * ARROWS[key][axis])));
    }
    pad.extend("keys", ...place);
  };
  const lift = () => {
    if (pad.holder !== "keys") return;
    pad.finish();
    pad.say("Pen up");
  };
  const press = () => {
    if (pad.holder === "keys") return lift();
    pad.begin("keys", ...place);
    if (pad.holder === "keys") pad.say("Pen down");
  };

  // What a key does, or nothing if it is not for the pad.
  const action = (event) => {
    if (event.altKey) return null;
    if (event.ctrlKey || event.metaKey) {
      const redo = { y: true, z: event.shiftKey }[event.key.toLowerCase()];
      return redo === undefined ? null : () => (redo ? pad.redo() : pad.undo());
    }
    if (event.key in ARROWS) return move;
    if (event.key === " " || event.key === "Enter") return event.repeat ? () => {} : press;
    if (event.key === "Escape") return lift;
    return event.key === "Delete" ? () => pad.clear() : null;
  };

  canvas.addEventListener("keydown", (event) => {
    const act = action(event);
    if (!act) return;
    event.preventDefault();
    act(event);
    show();
  });
  canvas.addEventListener("keyup", (event) => held.delete(event.key));
  canvas.addEventListener("blur", () => {
    held.clear();
    lift();
    cursor.hidden = true;
  });
}
