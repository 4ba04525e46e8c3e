// What is set of a layer: an input for each rule, which takes a value only if the rule allows it.
const PAUSE = 400; // Milliseconds without a key after which a number that is being typed counts.

let fields = 0;

// The value of a text under a rule; undefined if the rule does not allow it.
function valueOf(text, rule) {
  const typed = text.trim().replace(",", ".");
  if (!typed) return rule.unset ? null : undefined;
  const value = Number(typed);
  const fits = rule.type === "number" ? Number.isFinite(value) : Number.isInteger(value);
  return fits && value >= rule.least && value <= rule.most ? value : undefined;
}

function numberField(rule, take) {
  const input = el("input", "", "", {
    type: "text", inputmode: rule.type === "whole" ? "numeric" : "decimal", autocomplete: "off", placeholder: rule.unset,
  });
  const wrong = el("span", "wrongness", "", { role: "alert" });
  let timer;
  const read = () => {
    clearTimeout(timer);
    const value = valueOf(input.value, rule);
    const kind = rule.type === "whole" ? "a whole number" : "a number";
    setText(wrong, value === undefined ? `Choose ${kind} from ${whole(rule.least)} to ${whole(rule.most)}${rule.unset ? ", or nothing" : ""}.` : "");
    input.setAttribute("aria-invalid", value === undefined);
    if (value !== undefined) take(value);
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(read, PAUSE);
  });
  input.addEventListener("change", read);
  const show = (value) => {
    // What is being typed stays as it is, also "0." on the way to 0.5.
    if (valueOf(input.value, rule) === value && input.value !== "") return;
    if (input.getAttribute("aria-invalid") === "true" && input.getRootNode().activeElement === input) return;
    input.value = value ?? "";
    setText(wrong, "");
    input.setAttribute("aria-invalid", "false");
  };
  return { input, wrong, show };
}

function choiceField(rule, take) {
  const input = el("select");
  rule.options.forEach((option, number) => input.append(new Option(rule.labels[number], option)));
  input.addEventListener("change", () => take(input.value));
  return { input, show: (value) => { input.value = value; } };
}

function flagField(rule, take) {
  const input = el("input", "", "", { type: "checkbox" });
  input.addEventListener("change", () => take(input.checked));
  return { input, show: (value) => { input.checked = value; } };
}

const FIELDS = { whole: numberField, number: numberField, choice: choiceField, flag: flagField };

// An input with its label: `show(value)` writes what is set, `take(value)` is called with what a person has set.
function field(rule, take) {
  const element = el("div", `field ${rule.type}`);
  const { input, wrong, show } = FIELDS[rule.type](rule, take);
  input.id = `field${(fields += 1)}`;
  if (rule.hint) element.title = rule.hint;
  element.append(el("label", "fieldname", rule.title, { for: input.id }), input, ...(wrong ? [wrong] : []));
  return { element, show };
}
