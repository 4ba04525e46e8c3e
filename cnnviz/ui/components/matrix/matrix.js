// The grid on the page: cells, what its buttons do, its sums, and when Python hears of a change.
const MATRIX_HTML = `
  <div class="scroll"><div class="cells" role="group"></div></div>
  <p class="complaint" id="complaint" aria-live="polite"></p>
  <p class="sums"></p>
  <div class="tools" role="group" aria-label="Edit the grid">
    <button type="button" class="undo">Undo</button>
    <button type="button" class="redo">Redo</button>
    <button type="button" class="sign" title="Changes the sign of the cell that was last in use">± cell</button>
    <button type="button" class="flip">Flip signs</button>
    <button type="button" class="turn" title="Clockwise">Turn 90°</button>
    <button type="button" class="normalise"></button>
    <span class="size">Rows
      <button type="button" class="fewerRows" aria-label="Remove the last row">−</button>
      <span class="rowCount"></span>
      <button type="button" class="moreRows" aria-label="Add a row of zeros below">+</button></span>
    <span class="size">Columns
      <button type="button" class="fewerColumns" aria-label="Remove the last column">−</button>
      <span class="columnCount"></span>
      <button type="button" class="moreColumns" aria-label="Add a column of zeros at the right">+</button></span>
  </div>
  <p class="status" role="status"></p>`;
const PATIENCE = 300; // Milliseconds without a key before a number that is being typed is sent.

class Matrix {
  constructor(root, data) {
    this.root = root;
    root.classList.add("matrix");
    root.innerHTML = MATRIX_HTML;
    const find = (name) => root.querySelector(`.${name}`);
    [this.complaint, this.sums, this.status, this.normaliseButton] = ["complaint", "sums", "status", "normalise"].map(find);
    [this.rowCount, this.columnCount] = ["rowCount", "columnCount"].map(find);
    if (!HISTORIES.has(data.key)) HISTORIES.set(data.key, new History(data.rows, data.token));
    this.history = HISTORIES.get(data.key);
    this.cells = new Cells(find("cells"), {
      typed: (row, column, text) => this.type(row, column, text),
      committed: () => this.commit(),
      entered: () => this.paint(),
    });
    // Each button: what it does to the rows, in which case it can.
    this.buttons = [
      ["undo", () => this.move(-1), () => this.history.canMove(-1) || this.pending()],
      ["redo", () => this.move(1), () => this.history.canMove(1) && !this.pending()],
      ["fewerRows", () => this.change((rows) => rows.slice(0, -1)), () => this.size[0] > this.limits[0]],
      ["moreRows", () => this.change((rows) => [...rows, rows[0].map(() => "0")]), () => this.size[0] < this.limits[1]],
      ["fewerColumns", () => this.change((rows) => rows.map((row) => row.slice(0, -1))), () => this.size[1] > this.limits[0]],
      ["moreColumns", () => this.change((rows) => rows.map((row) => [...row, "0"])), () => this.size[1] < this.limits[1]],
      ["sign", () => this.flipCell(), () => this.values[this.cells.at[0]]?.[this.cells.at[1]] != null],
      ["flip", () => this.change((rows) => rows.map((row) => row.map(flipped))), () => this.total],
      ["turn", () => this.change((rows) => rows[0].map((_, column) => rows.map((row) => row[column]).reverse())), () => true],
      ["normalise", () => this.normalise(), () => this.total?.magnitudes > 0],
    ].map(([name, act, possible]) => {
      const button = find(name);
      // The cell that is being typed in keeps its cursor, and a phone its keyboard.
      if (name === "sign") button.addEventListener("pointerdown", (event) => event.preventDefault());
      button.addEventListener("click", () => button.getAttribute("aria-disabled") !== "true" && act());
      return { button, possible };
    });
    // Streamlit's own keys are single letters: they are not meant where letters can be typed.
    for (const kind of ["keydown", "keyup", "keypress"]) root.addEventListener(kind, (event) => event.stopPropagation());
    root.addEventListener("keydown", (event) => this.shortcut(event));
    root.addEventListener("paste", (event) => this.paste(event));
    // A new theme arrives as CSS variables, without a call; the text's colour changes in a transition, which ends.
    root.addEventListener("transitionend", (event) => event.target === root && this.paint());
  }

  // Each rerun of the page comes through here; what is typed stays as it is.
  bind(data, setStateValue) {
    Object.assign(this, { setStateValue, limits: data.limits, signed: data.signed, scales: data.scales });
    this.cells.element.setAttribute("aria-label", data.label);
    const loads = data.token !== this.history.token;
    if (loads) {
      clearTimeout(this.timer);
      this.history.load(data.rows, data.token);
    }
    this.show(loads);
  }

  pending() {
    return JSON.stringify(this.history.rows) !== JSON.stringify(this.history.steps[this.history.at]);
  }

  show(all) {
    this.cells.show(this.history.rows, all);
    this.paint();
  }

  paint() {
    const { rows } = this.history;
    this.size = [rows.length, rows[0].length];
    this.values = rows.map((row) => row.map(readNumber));
    const flat = this.values.flat();
    this.total = flat.includes(null) ? null : divisor(flat);
    const signed = this.signed || flat.some((value) => value < 0);
    const scale = signed ? (isDark(this.root) ? "diverging_dark" : "diverging") : "sequential";
    const limit = Math.max(...flat.map((value) => Math.abs(value ?? 0)));
    // Half a number is no mistake while it is being typed.
    const mistake = this.typing ? this.cells.focused : null;
    this.cells.colour(this.values, { limit, signed, table: colourTable(this.scales[scale]), mistake });
    this.paintWords();
    for (const { button, possible } of this.buttons) button.setAttribute("aria-disabled", !possible());
  }

  paintWords() {
    const wrong = this.cells.element.querySelector(".wrong");
    const [row, column] = wrong ? place(wrong) : [0, 0];
    write(this.complaint, wrong
      ? `⚠ Row ${row + 1}, column ${column + 1} ${complaint(this.history.rows[row][column])}; the last numbers that worked stay in use.`
      : "");
    write(this.rowCount, String(this.size[0]));
    write(this.columnCount, String(this.size[1]));
    write(this.sums, this.total ? `Sum ${tidy(this.total.sum)} · sum of magnitudes ${tidy(this.total.magnitudes)}` : "Sum –");
    const by = this.total?.cancels ? "magnitudes" : "sum";
    write(this.normaliseButton, `Normalise (÷ ${by})`);
    this.normaliseButton.title = this.total?.cancels
      ? "The sum is 0: divides each number by the sum of their magnitudes"
      : "Divides each number by their sum, so that they add up to 1";
  }

  type(row, column, text) {
    this.history.rows[row][column] = text;
    this.typing = true;
    this.paint();
    clearTimeout(this.timer);
    if (this.total) this.timer = setTimeout(() => this.send(), PATIENCE);
  }

  commit() {
    clearTimeout(this.timer);
    this.typing = false;
    this.history.commit();
    this.paint();
    this.send();
  }

  // One step that Undo takes back.
  change(step, words = "") {
    this.history.commit();
    this.history.rows = step(copyRows(this.history.rows));
    this.show(true);
    this.commit();
    write(this.status, words);
  }

  move(by) {
    this.history.commit();
    if (!this.history.canMove(by)) return;
    this.history.move(by);
    this.show(true);
    this.commit();
    write(this.status, by < 0 ? "Undone" : "Redone");
  }

  flipCell() {
    const [row, column] = this.cells.at;
    this.change((rows) => {
      rows[row][column] = flipped(rows[row][column]);
      return rows;
    });
  }

  normalise() {
    const { by } = this.total;
    this.change((rows) => (by === 1 ? rows : rows.map((row) => row.map((text) => numberText(readNumber(text) / by)))));
  }

  paste(event) {
    const block = pastedRows(event.clipboardData.getData("text"));
    if (!block || !event.target.dataset?.row) return;
    event.preventDefault();
    const [top, left] = place(event.target);
    const most = this.limits[1];
    const columns = Math.max(...block.map((row) => row.length));
    const cut = top + block.length > most || left + columns > most;
    this.change((rows) => {
      const height = Math.min(most, Math.max(rows.length, top + block.length));
      const width = Math.min(most, Math.max(rows[0].length, left + columns));
      return Array.from({ length: height }, (_, row) => Array.from({ length: width },
        (_, column) => block[row - top]?.[column - left] ?? rows[row]?.[column] ?? "0"));
    }, cut ? `Pasted; what lay beyond ${most} rows or columns was left out.` : "Pasted");
  }

  shortcut(event) {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || event.altKey || !["z", "y"].includes(key)) return;
    event.preventDefault();
    this.move(key === "y" || event.shiftKey ? 1 : -1);
  }

  send() {
    const rows = JSON.stringify(this.history.rows);
    if (rows === this.history.sent) return;
    this.history.sent = rows;
    this.history.number += 1;
    const { number, token } = this.history;
    this.setStateValue("numbers", { rows: copyRows(this.history.rows), number, token });
  }
}

// Writing the same text again would be read out again.
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const MATRICES = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (!MATRICES.has(parentElement)) MATRICES.set(parentElement, new Matrix(parentElement.querySelector(".root"), data));
  MATRICES.get(parentElement).bind(data, setStateValue);
}
