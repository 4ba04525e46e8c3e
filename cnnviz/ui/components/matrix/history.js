// The texts of all cells and every step that led to them; one of these for each grid, for as long as the page is open.
const MOST_STEPS = 200;

class History {
  constructor(rows, token) {
    this.steps = [copyRows(rows)];
    this.at = 0;
    this.rows = copyRows(rows); // As they are now, a half-typed cell included.
    this.token = token;
    this.number = 0;
    this.sent = JSON.stringify(rows);
  }

  // The rows as they are now become a step, unless nothing has changed.
  commit() {
    if (JSON.stringify(this.rows) === JSON.stringify(this.steps[this.at])) return false;
    this.steps = [...this.steps.slice(0, this.at + 1), copyRows(this.rows)].slice(-MOST_STEPS);
    this.at = this.steps.length - 1;
    return true;
  }

  canMove(by) {
    return this.at + by >= 0 && this.at + by < this.steps.length;
  }

  move(by) {
    this.at += by;
    this.rows = copyRows(this.steps[this.at]);
  }

  // Something new was loaded in Python, which knows its numbers already.
  load(rows, token) {
    this.commit();
    this.token = token;
    const same = JSON.stringify(rows.map((row) => row.map(readNumber)))
      === JSON.stringify(this.rows.map((row) => row.map(readNumber)));
    if (same) return;
    this.rows = copyRows(rows);
    this.commit();
    this.sent = JSON.stringify(rows);
  }
}

function copyRows(rows) {
  return rows.map((row) => [...row]);
}

const HISTORIES = new Map();
