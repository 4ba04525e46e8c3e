// Colour scales: a table of 256 colours from a few "#rrggbb" stops, and how a value finds its colour.
function colourTable(stops) {
  const rgb = stops.map((stop) => [1, 3, 5].map((i) => parseInt(stop.slice(i, i + 2), 16)));
  const table = new Uint8ClampedArray(256 * 3);
  for (let i = 0; i < 256; i++) {
    const position = (i / 255) * (rgb.length - 1);
    const left = Math.min(Math.floor(position), rgb.length - 2);
    for (let c = 0; c < 3; c++) {
      table[3 * i + c] = rgb[left][c] + (position - left) * (rgb[left + 1][c] - rgb[left][c]);
    }
  }
  return table;
}

// Signed values run from -limit to limit with 0 in the middle, others from 0 to limit.
function colourIndex(value, limit, signed) {
  if (!(limit > 0)) return signed ? 128 : 0;
  const share = signed ? 0.5 + value / (2 * limit) : value / limit;
  return Math.max(0, Math.min(255, Math.round(share * 255)));
}

// Paint an array of rows × columns into an ImageData, one pixel per cell.
function paintCells(image, values, start, stride, limit, signed, table) {
  const pixels = image.data;
  for (let cell = 0; cell < image.width * image.height; cell++) {
    const index = 3 * colourIndex(values[start + cell * stride], limit, signed);
    pixels[4 * cell] = table[index];
    pixels[4 * cell + 1] = table[index + 1];
    pixels[4 * cell + 2] = table[index + 2];
    pixels[4 * cell + 3] = 255;
  }
  return image;
}

// Streamlit hands its theme to components as CSS variables; a dark page has a dark ground.
function isDark(element) {
  const ground = getComputedStyle(element).getPropertyValue("--st-background-color").trim();
  const match = ground.match(/^#(..)(..)(..)/);
  if (!match) return false;
  const [red, green, blue] = match.slice(1).map((part) => parseInt(part, 16));
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

// A number for reading: what matters of it, never "1.1920929e-07".
function readable(value) {
  const size = Math.abs(value);
  if (size < 0.0005) return size > 0 ? "≈ 0" : "0";
  const text = value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
  return text.replace("-", "−");
}
