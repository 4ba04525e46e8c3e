// Moves the window on by itself, position after position.
const MOST_STEPS = 30; // In one frame, after the browser was busy elsewhere.

function player(view, advance) {
  let running = false;
  let last = 0;
  let owed = 0;

  function tick(now) {
    running = view.memory.playing && view.root.isConnected;
    if (!running) return;
    // While a map is pointed at, playing waits.
    owed = view.hovered ? 0 : owed + ((now - last) / 1000) * view.memory.speed;
    last = now;
    const steps = Math.floor(owed);
    owed -= steps;
    if (steps) advance(Math.min(steps, MOST_STEPS));
    requestAnimationFrame(tick);
  }

  // To be called when playing may have begun.
  function start() {
    if (running || !view.memory.playing) return;
    running = true;
    owed = 0;
    last = performance.now();
    requestAnimationFrame(tick);
  }
  return { start };
}
