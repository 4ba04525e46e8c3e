// Where the window is and how it gets elsewhere: by pointing, by key, by step, by itself. Reading order; after the last
// position comes the first.

// `update(options)` shows the position that the memory then has; `showTools` the state of the buttons.
function positions(view, { update, showTools, zoom, zoomTo }) {
  let resume = null; // Where playing goes on after the pointer has been elsewhere.
  const playing = player(view, (steps) => step(steps, { told: false }));

  function go({ row, column }, options = {}) {
    if (row === view.memory.row && column === view.memory.column && !options.told) return;
    Object.assign(view.memory, { row, column });
    update(options);
  }

  function step(count, { told = true } = {}) {
    const { rows, columns } = view.scene.output;
    const all = rows * columns;
    const next = (((view.memory.row * columns + view.memory.column + count) % all) + all) % all;
    go({ row: Math.floor(next / columns), column: next % columns }, { told });
  }

  function restart() {
    resume = null;
    view.memory.filling = view.memory.playing;
    go({ row: 0, column: 0 }, { told: true });
  }

  function toggle() {
    const { memory } = view;
    memory.playing = !memory.playing;
    resume = null;
    if (memory.playing && !memory.started) {
      Object.assign(memory, { started: true, filling: true });
      go({ row: 0, column: 0 });
    } else if (!memory.playing) showWhole();
    showTools();
    playing.start();
  }

  function pause() {
    resume = null;
    if (!view.memory.playing) return;
    view.memory.playing = false;
    showTools();
    showWhole();
  }

  // Standing still, nothing of the map is held back.
  function showWhole() {
    view.memory.filling = false;
    update({});
  }

  const pointing = {
    onPoint(position, panel) {
      const { memory } = view;
      if (memory.playing) resume ??= { row: memory.row, column: memory.column };
      else memory.filling = false;
      go(position, { pointed: panel });
    },
    onHover(inside) {
      view.hovered = inside;
      if (inside || !resume) return;
      const back = resume;
      resume = null;
      if (view.memory.playing) go(back);
    },
    // Pressing chooses the cell: playing goes on from it.
    onPress() { resume = null; },
    onZoom: zoom,
    onKey(event) {
      if (event.key === " ") toggle();
      else if (event.key === "+" || event.key === "=") zoom(1);
      else if (event.key === "-") zoom(-1);
      else if (event.key === "0") zoomTo(0);
      else {
        const target = keyTarget(event, view.memory, view.scene.output);
        if (!target) return false;
        pause();
        view.memory.filling = false;
        go(target, { told: true });
      }
      return true;
    },
  };

  // The last cell that playing has reached.
  const reached = () => resume ?? { row: view.memory.row, column: view.memory.column };
  return {
    pointing, restart, toggle, reached, start: playing.start,
    step(direction) {
      pause();
      step(direction);
    },
  };
}
