// One layer: a line with what it is, what it makes, how many parameters it adds and what it sees; opened, its settings.
const NONE = { type: "choice", title: "Activation", hint: "A layer of its own after this one." };

function fact(className, label) {
  const element = el("span", `fact ${className}`);
  const value = el("span", "value");
  element.append(el("span", "factname", label), value);
  return { element, value };
}

function line(title) {
  const button = el("button", "line", "", { type: "button", "aria-expanded": "false" });
  const [number, words] = [el("span", "number"), el("span", "", title)];
  const what = el("span", "words");
  what.append(number, words);
  const [made, parameters, sees] = [fact("made", "makes"), fact("parameters", "parameters"), fact("sees", "sees")];
  button.append(what, made.element, parameters.element, sees.element);
  const show = (place, facts) => {
    setText(number, place ? `${place}. ` : "");
    if (facts.words) setText(words, facts.words.replaceAll(" × ", "\u00a0×\u00a0"));
    setText(made.value, facts.made ?? "–");
    setText(parameters.value, facts.parameters ? whole(facts.parameters) : "–");
    parameters.element.classList.toggle("none", !facts.parameters);
    setText(sees.value, facts.sees ?? "–");
  };
  return { button, show };
}

// `on`: what its buttons and fields do, each called with the layer's id.
function layerCard(id, kind, kinds, on) {
  const element = el("li", "card");
  const head = el("div", "head");
  const grip = el("span", "grip", "⠿", { "aria-hidden": "true", title: "Drag to another place" });
  const { button, show } = line(sentence(kind.title));
  head.append(grip, button);
  const complaint = el("p", "complaint");
  const body = el("div", "body");
  const settings = el("div", "settings");
  const fields = kind.settings.map((rule) => [rule.name, field(rule, (value) => on.set(id, rule.name, value))]);
  settings.append(...fields.map(([, one]) => one.element));
  let activation = null;
  if (kind.learns) {
    const functions = kinds.find((one) => one.kind === "activation").settings[0];
    const rule = { ...NONE, options: ["", ...functions.options], labels: ["none", ...functions.labels] };
    activation = field(rule, (value) => on.activate(id, value));
    settings.insertBefore(activation.element, fields.find(([name]) => name === "initializer")[1].element);
  }
  const tools = el("div", "tools", "", { role: "group", "aria-label": "This layer" });
  const [up, down, double, remove] = [
    ["Move up", () => on.shift(id, -1)],
    ["Move down", () => on.shift(id, 1)],
    ["Duplicate", () => on.double(id)],
    ["Remove", () => on.remove(id)],
  ].map(([words, act]) => {
    const tool = el("button", "", words, { type: "button" });
    tool.addEventListener("click", () => tool.getAttribute("aria-disabled") !== "true" && act());
    return tool;
  });
  tools.append(up, down, double, remove);
  body.append(settings, tools);
  element.append(head, complaint, body);
  button.addEventListener("click", () => on.open(id));
  element.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.altKey && by) on.shift(id, by);
    else if (event.target === button && by) on.look(id, by);
    else if (event.target === button && event.key === "Delete") on.remove(id);
    else return;
    event.preventDefault();
  });

  function paint(layer, place, { count, facts, sentence, isOpen, next }) {
    show(place, facts);
    setText(complaint, sentence);
    element.classList.toggle("faulty", Boolean(sentence));
    element.classList.toggle("open", isOpen);
    button.setAttribute("aria-expanded", isOpen);
    body.hidden = !isOpen;
    for (const [name, one] of fields) one.show(layer[name]);
    activation?.show(next?.kind === "activation" ? next.activation : "");
    up.setAttribute("aria-disabled", place === 1);
    down.setAttribute("aria-disabled", place === count);
    tools.setAttribute("aria-label", `Layer ${place}`);
  }

  return { element, grip, button, paint };
}

function sentence(words) {
  return words[0].toUpperCase() + words.slice(1);
}
