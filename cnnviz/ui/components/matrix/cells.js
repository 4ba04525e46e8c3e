// The cells on the page: inputs in a grid, their colours, and the keys that move between them.
class Cells {
  constructor(element, { typed, committed, entered }) {
    this.element = element;
    this.shape = "";
    this.at = [0, 0]; // The cell that was last in use.
    element.addEventListener("focusin", (event) => {
      this.enter(event.target);
      entered();
    });
    element.addEventListener("focusout", () => this.leave(committed));
    element.addEventListener("input", (event) => typed(...place(event.target), event.target.value));
    element.addEventListener("keydown", (event) => this.key(event, committed, typed));
  }

  input(row, column) {
    return this.element.children[row * this.columns + column];
  }

  // The one with the cursor in it, or null.
  get focused() {
    const active = this.element.getRootNode().activeElement;
    return active?.parentElement === this.element ? active : null;
  }

  // Show these texts; the cell that is being typed in keeps its own unless `all`.
  show(rows, all) {
    this.rows = rows;
    const [count, columns] = [rows.length, rows[0].length];
    if (this.shape !== `${count} ${columns}`) this.build(count, columns);
    const width = Math.max(...rows.flat().map((text) => shownText(text).length), 2);
    this.element.style.setProperty("--letters", Math.min(width, 9));
    for (const input of this.element.children) {
      const [row, column] = place(input);
      const focused = input === this.focused;
      if (focused && !all) continue;
      const text = focused ? rows[row][column] : shownText(rows[row][column]);
      if (input.value !== text) input.value = text;
    }
  }

  build(count, columns) {
    const focused = this.focused && place(this.focused);
    this.shape = `${count} ${columns}`;
    this.columns = columns;
    this.element.style.setProperty("--columns", columns);
    this.element.replaceChildren(...Array.from({ length: count * columns }, (_, i) => {
      const input = document.createElement("input");
      Object.assign(input, { type: "text", inputMode: "decimal", autocomplete: "off", spellcheck: false, maxLength: LONGEST });
      const [row, column] = [Math.floor(i / columns), i % columns];
      Object.assign(input.dataset, { row, column });
      input.setAttribute("aria-label", `Row ${row + 1}, column ${column + 1}`);
      return input;
    }));
    this.at = [Math.min(this.at[0], count - 1), Math.min(this.at[1], columns - 1)];
    if (focused) this.focus(Math.min(focused[0], count - 1), Math.min(focused[1], columns - 1));
  }

  // Colours say how large a number is; a cell without one says so by its shape, too.
  colour(values, { limit, signed, table, mistake }) {
    for (const input of this.element.children) {
      const value = values[input.dataset.row][input.dataset.column];
      const wrong = value === null && input !== mistake;
      if (value !== null) {
        const index = 3 * colourIndex(value, limit, signed);
        const colour = [...table.slice(index, index + 3)];
        input.style.background = `rgb(${colour.join(" ")})`;
        input.style.color = ink(colour);
      } else input.style.background = input.style.color = "";
      input.classList.toggle("wrong", wrong);
      if (wrong) {
        input.setAttribute("aria-invalid", "true");
        input.setAttribute("aria-describedby", "complaint");
      } else for (const name of ["aria-invalid", "aria-describedby"]) input.removeAttribute(name);
    }
  }

  focus(row, column) {
    const input = this.input(row, column);
    input?.focus();
    input?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  enter(input) {
    this.at = place(input);
    this.before = this.rows[this.at[0]][this.at[1]];
    input.value = this.before;
    input.select();
  }

  leave(committed) {
    committed();
    // Focus has not moved yet: by the next moment it has, and the text is shown short again.
    queueMicrotask(() => this.rows && this.show(this.rows));
  }

  key(event, committed, typed) {
    const input = event.target;
    const [row, column] = place(input);
    const start = input.selectionStart === 0;
    const end = input.selectionEnd === input.value.length;
    const whole = start && end;
    const single = input.selectionStart === input.selectionEnd;
    const step = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      Enter: event.shiftKey ? [-1, 0] : [1, 0],
      ArrowLeft: start && (whole || single) ? [0, -1] : null,
      ArrowRight: end && (whole || single) ? [0, 1] : null,
    }[event.key];
    if (event.key === "Escape") {
      input.value = this.before;
      typed(row, column, this.before);
      input.select();
    }
    if (!step || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    event.preventDefault();
    const [nextRow, nextColumn] = [row + step[0], column + step[1]];
    if (nextRow >= 0 && nextRow < this.rows.length && nextColumn >= 0 && nextColumn < this.columns) {
      this.focus(nextRow, nextColumn);
    } else {
      committed();
      this.before = this.rows[row][column];
    }
  }
}

function place(input) {
  return [Number(input.dataset.row), Number(input.dataset.column)];
}

// Black or white, whichever has the larger contrast (WCAG 2.2): 4.5 at least on any colour.
function ink(colour) {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff";
}
