// Colour scales as tables, and what can be read on them.

// Colours as 32-bit numbers, ready for an ImageData.
function palette(stops) {
  const table = colourTable(stops);
  return Uint32Array.from({ length: 256 }, (_, i) =>
    (0xff000000 | (table[3 * i + 2] << 16) | (table[3 * i + 1] << 8) | table[3 * i]) >>> 0);
}

function palettes(scales, dark) {
  return {
    signed: palette(dark ? scales.diverging_dark : scales.diverging),
    plain: palette(scales.sequential),
    picture: palette(["#000000", "#ffffff"]), // What the camera or the pen gave is shown as it is: grey.
  };
}

function cssColour(packed) {
  return `rgb(${packed & 255} ${(packed >> 8) & 255} ${(packed >> 16) & 255})`;
}

// Black or white, whichever reads better on a colour.
function inkOn(packed) {
  const linear = (byte) => (byte <= 10 ? byte / 3294.6 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
  const [red, green, blue] = [packed & 255, (packed >> 8) & 255, (packed >> 16) & 255].map(linear);
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > 0.179 ? "#000" : "#fff"; // Where black and white contrast equally (WCAG 2.2, contrast ratio).
}
