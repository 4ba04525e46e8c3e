// Arithmetic on the page: small grids of numbers, and one line that adds up.

// Cells are {text, colour, note}: `colour` as in a palette or null, `note` one of "padding", "winner" or "".
function numberGrid(title) {
  const element = el("div", "numbers");
  const grid = el("div", "grid");
  element.append(el("div", "gridtitle", title), grid);
  function set(columns, cells) {
    grid.style.setProperty("--columns", columns);
    while (grid.children.length > cells.length) grid.lastChild.remove();
    while (grid.children.length < cells.length) grid.append(el("span"));
    cells.forEach(({ text, colour, note }, i) => {
      const cell = grid.children[i];
      setText(cell, text);
      cell.className = note;
      cell.style.background = colour === null ? "" : cssColour(colour);
      cell.style.color = colour === null ? "" : inkOn(colour);
    });
  }
  return { element, set };
}

// Terms are {sign, text, label}.
function equationLine() {
  const element = el("div", "equation");
  function set(terms) {
    if (element.children.length !== terms.length) {
      element.replaceChildren(...terms.map(() => {
        const term = el("div", "term");
        term.append(el("span", "sign"), el("span", "number"), el("span", "label"));
        return term;
      }));
    }
    terms.forEach(({ sign, text, label }, i) => {
      const [signs, number, labels] = element.children[i].children;
      setText(signs, sign);
      setText(number, text);
      setText(labels, label);
    });
  }
  return { element, set };
}

// As many decimals for all terms as the largest of them deserves.
function sumDecimals(numbers) {
  const size = Math.max(...numbers.map(Math.abs));
  return size >= 100 ? 1 : size >= 1 ? 2 : 3;
}

// Whether the numbers as they are printed add up to the printed total.
function printedAddUp(numbers, total, decimals) {
  const printed = (number) => Math.round(Number(number.toFixed(decimals)) * 10 ** decimals);
  return numbers.reduce((sum, number) => sum + printed(number), 0) === printed(total);
}
