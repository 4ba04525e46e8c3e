// The whole map in small, with where the view is; pressing or dragging on it moves the view.
const CORNER = 72; // Pixels, its longer side.

function cornerMap(centreOn) {
  const element = el("div", "corner", "", { "aria-hidden": "true" });
  const canvas = el("canvas");
  const where = el("div", "where");
  element.append(canvas, where);
  element.hidden = true;
  let scale = 1;

  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    move(event);
  });
  element.addEventListener("pointermove", (event) => event.buttons && move(event));
  function move(event) {
    const box = element.getBoundingClientRect();
    centreOn((event.clientX - box.left) / scale, (event.clientY - box.top) / scale);
  }

  function arrange({ plan, size, cells }) {
    element.hidden = plan.width <= size.width + 1 && plan.height <= size.height + 1;
    if (element.hidden) return;
    scale = CORNER / Math.max(plan.width, plan.height);
    element.style.width = `${plan.width * scale}px`;
    element.style.height = `${plan.height * scale}px`;
    const unit = plan.cell * scale;
    canvas.style.cssText = `left:${plan.pads.left * unit}px;top:${plan.pads.top * unit}px;`
      + `width:${cells.width * unit}px;height:${cells.height * unit}px`;
    where.style.width = `${size.width * scale}px`;
    where.style.height = `${size.height * scale}px`;
    copy(cells);
  }

  function copy(cells) {
    if (element.hidden) return;
    canvas.width = cells.width;
    canvas.height = cells.height;
    canvas.getContext("2d").drawImage(cells, 0, 0);
  }

  function follow({ x, y }) {
    if (!element.hidden) where.style.transform = `translate(${x * scale}px, ${y * scale}px)`;
  }
  return { element, arrange, copy, follow };
}
