// The drawing: its steps with undo and redo, and how strokes become pixels.
const PAD_UNITS = 280; // Along the pad's edge; strokes count in these.
const RIM = 6; // What an eraser adds to its width, or going over a stroke would leave its soft edges.
const RASTER_SIDE = 140; // The picture that Python gets is this wide and high.

// All steps travel at the end of each stroke, so there is an end to them.
const MAX_STEPS = 400;
const MAX_PAD_POINTS = 20000;
const MAX_STROKE_POINTS = 5000;

// A step is a stroke {width, erase, points: [x, y, x, y, …]}, or {replace: [stroke, …]} in the place of all before it.
class History {
  constructor(saved) {
    this.steps = saved?.strokes ?? [];
    this.undone = saved?.undone ?? [];
  }

  add(step) {
    this.steps.push(step);
    this.undone = [];
    // Forget first what a replacement hides.
    if (this.full()) this.steps.splice(0, this.lastReplacement());
  }

  undo() {
    this.undone.push(this.steps.pop());
  }

  redo() {
    this.steps.push(this.undone.pop());
  }

  lastReplacement() {
    return Math.max(0, this.steps.findLastIndex((step) => step.replace));
  }

  // The strokes that show, oldest first.
  visible() {
    return this.steps.slice(this.lastReplacement()).flatMap((step) => step.replace ?? [step]);
  }

  full() {
    const strokes = this.steps.flatMap((step) => step.replace ?? [step]);
    const points = strokes.reduce((sum, stroke) => sum + stroke.points.length / 2, 0);
    return this.steps.length >= MAX_STEPS || points >= MAX_PAD_POINTS;
  }
}

// Trace the curve from its piece `first` on: piece k ends halfway between points k - 1 and k, and bends towards the
// point before that.
function trace(context, points, first) {
  const middle = (k) => [(points[2 * k] + points[2 * k + 2]) / 2, (points[2 * k + 1] + points[2 * k + 3]) / 2];
  context.moveTo(...(first === 1 ? points : middle(first - 2)).slice(0, 2));
  for (let k = first; k < points.length / 2; k++) {
    if (k === 1) context.lineTo(...middle(0));
    else context.quadraticCurveTo(points[2 * k - 2], points[2 * k - 1], ...middle(k - 1));
  }
}

// A square canvas on which strokes are painted. What is finished is kept aside, so that the stroke under the pen can
// grow piece by piece and, once finished, be painted anew as one curve with clean edges.
class Layer {
  constructor(canvas, side, readBack) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { willReadFrequently: readBack });
    this.kept = document.createElement("canvas").getContext("2d");
    this.colour = "#000";
    this.resize(side);
  }

  // Setting a canvas's size wipes it.
  resize(side) {
    for (const canvas of [this.canvas, this.kept.canvas]) canvas.width = canvas.height = side;
    this.painted = 0;
  }

  repaint(strokes) {
    this.clear();
    for (const stroke of strokes) this.paint(stroke);
    this.keep();
  }

  // Paint what the stroke under the pen has gained.
  grow(stroke) {
    if (stroke.points.length / 2 <= this.painted) return;
    this.start(stroke);
    if (this.painted === 0) this.dot(stroke);
    if (stroke.points.length > 2) {
      trace(this.context, stroke.points, Math.max(1, this.painted));
      this.context.stroke();
    }
    this.painted = stroke.points.length / 2;
  }

  finish(stroke) {
    this.clear();
    this.context.drawImage(this.kept.canvas, 0, 0);
    this.paint(stroke);
    this.keep();
  }

  paint(stroke) {
    this.start(stroke);
    if (stroke.points.length === 2) return this.dot(stroke);
    trace(this.context, stroke.points, 1);
    this.context.lineTo(...stroke.points.slice(-2)); // The last half piece.
    this.context.stroke();
  }

  dot(stroke) {
    this.context.arc(stroke.points[0], stroke.points[1], this.context.lineWidth / 2, 0, 2 * Math.PI);
    this.context.fill();
    this.context.beginPath();
  }

  start(stroke) {
    const scale = this.canvas.width / PAD_UNITS;
    this.context.setTransform(scale, 0, 0, scale, 0, 0);
    this.context.globalCompositeOperation = stroke.erase ? "destination-out" : "source-over";
    this.context.lineWidth = stroke.width + (stroke.erase ? RIM : 0);
    this.context.lineCap = this.context.lineJoin = "round";
    this.context.strokeStyle = this.context.fillStyle = this.colour;
    this.context.beginPath();
  }

  clear() {
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.globalCompositeOperation = "source-over";
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.painted = 0;
  }

  keep() {
    this.kept.globalCompositeOperation = "copy";
    this.kept.drawImage(this.canvas, 0, 0);
  }

  // The ink alone: one byte per pixel, 255 where the ground is covered.
  ink() {
    const { data } = this.context.getImageData(0, 0, this.canvas.width, this.canvas.height);
    return Uint8Array.from({ length: data.length / 4 }, (_, pixel) => data[4 * pixel + 3]);
  }
}

// In runs, because a function takes only so many arguments.
function toBase64(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return btoa(text);
}
