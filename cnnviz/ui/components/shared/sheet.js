// Shows one picture of a sheet that components/sheet.py made, at whatever size the element has.
function cut(element, address, { number, across, count }) {
  const down = Math.ceil(count / across);
  // In shares of what is left over: the sheet grows with the element.
  const share = (place, places) => (places > 1 ? (100 * place) / (places - 1) : 0);
  element.style.backgroundImage = `url(${address})`;
  element.style.backgroundSize = `${100 * across}% ${100 * down}%`;
  element.style.backgroundPosition = `${share(number % across, across)}% ${share(Math.floor(number / across), down)}%`;
}
