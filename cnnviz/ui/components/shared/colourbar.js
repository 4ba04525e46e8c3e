// A colour bar with its numbers.
function colourBar(className = "") {
  const element = el("div", `legend ${className}`);
  const canvas = el("canvas", "", "", { role: "img", width: "256", height: "1" });
  const ticks = el("div", "ticks");
  const [low, zero, high] = ["low", "zero", "high"].map((name) => el("span", name));
  ticks.append(low, zero, high);
  const words = el("div", "meaning");
  const scale = el("div", "scalebar");
  scale.append(canvas, ticks);
  element.append(scale, words);

  function paint({ limit, signed, colours, meaning }) {
    const image = new ImageData(256, 1);
    new Uint32Array(image.data.buffer).set(colours);
    canvas.getContext("2d").putImageData(image, 0, 0);
    const largest = readable(limit);
    setText(low, signed ? `−${largest}` : "0");
    setText(zero, signed ? "0" : "");
    setText(high, largest);
    setText(words, meaning);
    canvas.setAttribute("aria-label", `Colour scale from ${signed ? `−${largest}` : "0"} to ${largest}; ${meaning}`);
  }
  return { element, paint };
}
