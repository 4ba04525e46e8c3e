// Elements and numbers as text.
function el(tag, className = "", text = "", attributes = {}) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// Writing the same text again would still cost a layout.
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function fixed(value, decimals) {
  const text = value.toFixed(decimals);
  return (Number(text) === 0 ? (0).toFixed(decimals) : text).replace("-", "−");
}

// For cells, where at most five characters fit.
function compact(value) {
  const size = Math.abs(value);
  if (size < 0.005) return "0";
  return fixed(value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

function whole(count) {
  return count.toLocaleString("en-US");
}

function plural(count, word) {
  return `${whole(count)} ${word}${count === 1 ? "" : "s"}`;
}

// The rule of the answer above the strip: `percent` in ui/html.py.
function percent(share) {
  if (share < 0.001) return "<\u00a00.1\u00a0%";
  if (share > 0.999) return ">\u00a099.9\u00a0%";
  return `${(100 * share).toFixed(share < 0.1 || share > 0.9 ? 1 : 0)}\u00a0%`;
}

const ACTIVATION_NAMES = {
  relu: "ReLU", relu6: "ReLU6", leaky_relu: "leaky ReLU", elu: "ELU", gelu: "GELU", tanh: "tanh", sigmoid: "sigmoid",
};

function activationName(name) {
  return ACTIVATION_NAMES[name] ?? name;
}
