// What each kind of layer does, in one sentence for someone who meets it for the first time.
function shortTitle(layer) {
  return layer.kind === "activation" ? layer.title : layer.title.split(",")[0];
}

// Keras keeps ReLU as a layer of its own, with options: what it did to these numbers decides.
function isRelu(layer) {
  if (layer.activation || layer.title !== "ReLU") return layer.activation === "relu";
  const before = layer.previous;
  if (!before || before.values.length !== layer.values.length) return false;
  const tolerance = 1e-3 * Math.max(before.largest, 1e-6);
  return layer.values.every((value, i) => Math.abs(value - Math.max(0, before.values[i])) <= tolerance);
}

function plainWords(view, layer) {
  const before = layer.previous;
  const own = PLAIN_WORDS[layer.kind];
  return own && layer.values.length ? own(layer, before) : "Its numbers are shown as they come.";
}

const PLAIN_WORDS = {
  input: (layer) => `The picture as numbers: ${layer.rows} × ${layer.columns} cells, `
    + (layer.channels === 3 ? "each with one number for red, one for green and one for blue."
      : layer.channels === 1 ? "each with one number for its brightness."
        : `each with ${layer.channels} numbers.`),
  convolution(layer, before) {
    const over = !before || before.kind === "input" ? "the picture" : `the ${plural(before.channels, "map")} before it`;
    const looks = !before || before.kind === "input" ? "the picture looks" : "these maps look";
    return `Slides ${plural(layer.channels, "small window")} of weights, the kernels, over ${over}: each kernel makes one `
      + `map, which is large where ${looks} like the kernel.`;
  },
  activation: (layer) => (isRelu(layer)
    ? "Keeps every number above 0 and turns every number below 0 into 0."
    : "Changes every number by one and the same rule, each by itself."),
  pooling(layer) {
    const kept = layer.pooling === "average" ? "their average" : "the largest number";
    if (!layer.window) return `Of each whole map, only ${kept} is kept.`;
    const [down, right] = layer.window;
    const [rows, columns] = layer.strides ?? layer.window;
    const apart = rows === down && columns === right;
    return `Makes every map smaller: of each ${down} × ${right} cells, only ${kept} is kept.`
      + (apart ? "" : ` The window moves on ${rows === columns ? rows : `${rows} or ${columns}`} at a time.`);
  },
  flatten: (layer, before) => "Writes all numbers into one long row and changes none"
    + (before && !before.flat ? `: ${before.rows} × ${before.columns} cells × ${plural(before.channels, "map")} `
      + `= ${whole(layer.channels)} numbers.` : "."),
  dense(layer, before) {
    const inputs = layer.kernelShape?.[0] ?? before?.channels;
    const seen = inputs ? `all ${whole(inputs)} numbers` : "all numbers";
    return `Each of the ${plural(layer.channels, "unit")} looks at ${seen} before it, multiplies each by a weight of its own `
      + `and adds everything up${layer.bias ? ", then its bias" : ""}${layer.scores ? ": that is the score of its class." : "."}`;
  },
  softmax: () => "Turns the scores into probabilities: the larger the score, the larger the share, and all shares together "
    + "are 100\u00a0%.",
};
