// The lists of layers that were, for Undo and Redo; one of these for each builder, for as long as the page is open.
const MOST_STEPS = 200;
let cards = 0;

// Each layer gets an id, by which its card is known however often the list is changed.
function named(layers) {
  return layers.map((layer) => ({ ...layer, id: (cards += 1) }));
}

function plain(layers) {
  return layers.map(({ id, ...layer }) => layer);
}

class Steps {
  constructor({ layers, before, token }) {
    this.steps = before ? [named(before)] : [];
    this.steps.push(named(layers));
    this.at = this.steps.length - 1;
    this.token = token;
    this.number = 0;
  }

  get layers() {
    return this.steps[this.at];
  }

  commit(layers) {
    if (JSON.stringify(plain(layers)) === JSON.stringify(plain(this.layers))) return false;
    this.steps = [...this.steps.slice(0, this.at + 1), layers].slice(-MOST_STEPS);
    this.at = this.steps.length - 1;
    return true;
  }

  canMove(by) {
    return this.at + by >= 0 && this.at + by < this.steps.length;
  }

  // Something was loaded in Python: one step that Undo takes back.
  load(layers, token) {
    this.token = token;
    this.commit(named(layers));
  }
}

const STEPS = new Map();
