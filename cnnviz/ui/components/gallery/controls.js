// Choices of one among a few, side by side.
let choiceCount = 0;

function choiceSwitch(title, choices, value, onChange) {
  const element = el("fieldset", "choice");
  element.append(el("legend", "", title));
  const group = `gallery-choice${choiceCount++}`;
  const row = el("div", "choices");
  for (const [key, words] of choices) {
    const label = el("label");
    const radio = el("input", "", "", { type: "radio", name: group, value: key });
    radio.checked = key === value;
    radio.addEventListener("change", () => onChange(key));
    label.append(radio, el("span", "", words));
    row.append(label);
  }
  element.append(row);
  return element;
}
