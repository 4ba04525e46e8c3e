// How one cell of a convolution's map comes about: windows of every input channel, kernels, bias.
function convolutionFits(layer) {
  const before = layer.previous;
  if (!before || !layer.kernel || layer.kernelShape.length !== 4 || before.flat || layer.flat) return false;
  const [height, width, channels, filters] = layer.kernelShape;
  return channels === before.channels && filters === layer.channels && geometry(before, layer, height, width).fits;
}

function convolutionOperation(view, layer, remember) {
  const before = layer.previous;
  const [height, width, channels, filters] = layer.kernelShape;
  const { pads, window: windowOf } = geometry(before, layer, height, width);
  const partials = new Float64Array(channels);
  const many = channels > 1;

  const middle = el("div", "operation");
  const caption = el("div", "caption");
  const kernels = tileBoard({
    label: `Kernels, one for each of ${plural(channels, "input channel")}`, noun: "Input channel",
    onSelect: (channel) => remember(channel),
  });
  const legend = colourBar("small");
  const bias = el("div", "bias");
  const source = document.createElement("canvas");
  middle.append(caption, kernels.element, legend.element, bias);

  const below = el("div", "below");
  const equation = equationLine();
  const inputTitle = el("div", "gridheading");
  const grids = el("div", "grids");
  const [patch, kernel, product] = ["window", "kernel", "products"].map(numberGrid);
  const result = el("div", "gridsum");
  grids.append(patch.element, el("span", "times", "×"), kernel.element, el("span", "times", "="), product.element, result);
  grids.hidden = height * width > LARGEST_GRID;
  const note = el("div", "note");
  const bars = el("canvas", "bars", "", { role: "img" });
  const barsTitle = el("div", "gridheading", `What each of the ${channels} input channels adds`);
  const barsText = el("div", "note");
  below.append(equation.element, inputTitle, grids, note);
  if (many) below.append(barsTitle, bars, barsText);
  bars.addEventListener("click", (event) => {
    const box = bars.getBoundingClientRect();
    const channel = Math.floor(((event.clientX - box.left) / box.width) * channels);
    remember(Math.max(0, Math.min(channels - 1, channel)));
  });

  const kernelAt = (filter, channel, y, x) => layer.kernel[((y * width + x) * channels + channel) * filters + filter];
  let kernelLimit = 0;

  function sumChannels(filter, top, left) {
    partials.fill(0);
    for (let y = Math.max(0, -top); y < height && top + y < before.rows; y++) {
      for (let x = Math.max(0, -left); x < width && left + x < before.columns; x++) {
        const cell = ((top + y) * before.columns + left + x) * before.channels;
        const weight = (y * width + x) * channels * filters + filter;
        for (let c = 0; c < channels; c++) partials[c] += before.values[cell + c] * layer.kernel[weight + c * filters];
      }
    }
  }

  function strongestChannel(filter, row, column) {
    const { row: top, column: left } = windowOf(row, column);
    sumChannels(filter, top, left);
    let best = 0;
    for (let c = 1; c < channels; c++) if (Math.abs(partials[c]) > Math.abs(partials[best])) best = c;
    return best;
  }

  function paint(filter) {
    kernelLimit = 0;
    for (let i = filter; i < layer.kernel.length; i += filters) {
      kernelLimit = Math.max(kernelLimit, Math.abs(layer.kernel[i]));
    }
    const tiles = {
      count: channels, rows: height, columns: width, values: layer.kernel, start: filter, tileStep: filters,
      cellStep: channels * filters, signed: true, colours: view.palettes.signed, limit: () => kernelLimit,
    };
    const place = paintMontage(source, tiles, Math.ceil(Math.sqrt(channels)));
    kernels.arrange({
      count: channels, rows: height, columns: width, width: Math.min(280, middle.clientWidth || view.width), height: 260, largest: 132,
      names: Array.from({ length: channels }, (_, c) => String(c)), numbered: false,
    });
    kernels.paint(source, place, `Kernels of channel ${filter}: ${channels} of ${height} × ${width}, `
      + `largest weight ${readable(kernelLimit)}`);
    setText(caption, `Kernel${many ? "s" : ""} of channel ${filter}`);
    legend.paint({ limit: kernelLimit, signed: true, colours: view.palettes.signed, meaning: "weights" });
  }

  function point(filter, row, column, channel) {
    const place = windowOf(row, column);
    sumChannels(filter, place.row, place.column);
    kernels.select(channel);
    const sum = partials.reduce((total, part) => total + part, 0);
    const parts = many
      ? [{ value: sum - partials[channel], label: `the other ${plural(channels - 1, "channel")}` },
        { value: partials[channel], label: `input channel ${channel}` }]
      : [{ value: sum, label: "sum of products" }];
    const own = layer.bias ? layer.bias[filter] : null;
    const value = valueAt(layer, row, column, filter);
    const { terms, decimals } = sumTerms(layer, parts, own, value, `row ${row}, column ${column}`);
    equation.set(terms);
    setText(bias, own === null ? "No bias" : `Bias ${fixed(own, decimals)}`);
    if (!grids.hidden) printGrids(filter, channel, place, fixed(partials[channel], decimals));
    setText(inputTitle, many ? `Input channel ${channel}` : "Window times kernel");
    if (many) drawBars(channel, decimals);
    return { channel, window: place };
  }

  function printGrids(filter, channel, place, sum) {
    const limit = limitOf(view, before, channel);
    const colours = paletteOf(view, before);
    const cells = { patch: [], kernel: [], product: [] };
    let outside = 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [row, column] = [place.row + y, place.column + x];
        const inside = row >= 0 && column >= 0 && row < before.rows && column < before.columns;
        if (!inside) outside++;
        const value = inside ? valueAt(before, row, column, channel) : 0;
        const weight = kernelAt(filter, channel, y, x);
        cells.patch.push({
          text: readable(value), note: inside ? "" : "padding",
          colour: inside ? colours[colourIndex(value, limit, before.signed)] : null,
        });
        cells.kernel.push({
          text: readable(weight), colour: view.palettes.signed[colourIndex(weight, kernelLimit, true)], note: "",
        });
        cells.product.push({ text: readable(value * weight), colour: null, note: "" });
      }
    }
    patch.set(width, cells.patch);
    kernel.set(width, cells.kernel);
    product.set(width, cells.product);
    setText(result, `sum ${sum}`);
    setText(note, outside
      ? `${plural(outside, "cell")} of the window ${outside === 1 ? "lies" : "lie"} outside the map: padding, counted as 0.`
      : "Each number is rounded by itself, the sum too.");
  }

  function drawBars(channel, decimals) {
    const ratio = window.devicePixelRatio || 1;
    const [across, high] = [Math.round(bars.clientWidth * ratio), Math.round(bars.clientHeight * ratio)];
    if (!across) return;
    if (bars.width !== across) bars.width = across;
    if (bars.height !== high) bars.height = high;
    const context = bars.getContext("2d");
    context.clearRect(0, 0, across, high);
    const strongest = partials.reduce((best, part, c) => (Math.abs(part) > Math.abs(partials[best]) ? c : best), 0);
    const largest = Math.abs(partials[strongest]) || 1;
    const step = across / channels;
    const gap = Math.min(3 * ratio, step / 4);
    const [minus, plus] = [view.palettes.signed[54], view.palettes.signed[205]].map(cssColour);
    const tall = high / 2 - 4 * ratio;
    for (let c = 0; c < channels; c++) {
      const size = (partials[c] / largest) * tall;
      context.fillStyle = size < 0 ? minus : plus;
      context.fillRect(c * step + gap / 2, high / 2 - Math.max(size, 0), step - gap, Math.max(Math.abs(size), 1));
    }
    context.strokeStyle = view.accent;
    context.lineWidth = 2 * ratio;
    context.strokeRect(channel * step + ratio, ratio, Math.max(step - 2 * ratio, 2), high - 2 * ratio);
    const words = `Input channel ${channel} adds ${fixed(partials[channel], decimals)}. `
      + `Largest in size: channel ${strongest}, ${fixed(partials[strongest], decimals)}.`;
    setText(barsText, words);
    bars.setAttribute("aria-label", `Partial sums of ${channels} input channels. ${words}`);
  }

  return { middle, below, pads, paint, point, strongestChannel };
}
