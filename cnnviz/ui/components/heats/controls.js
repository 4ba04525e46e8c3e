// How the heat is drawn, for all tiles together; what was chosen last holds on every page.
const chosenLast = { show: "colours", opacity: 60, threshold: 50, smooth: false };

function heatControls(view, onChange) {
  const element = el("div", "controls");
  const opacity = slider("Opacity of the heat", "opacity", { min: 0, max: 100, step: 1 });
  const threshold = slider("Keep heat from", "threshold", { min: 0, max: 100, step: 5 });
  const smooth = el("label", "smooth");
  const box = el("input", "", "", { type: "checkbox" });
  box.checked = chosenLast.smooth;
  box.addEventListener("change", () => {
    chosenLast.smooth = box.checked;
    onChange();
  });
  smooth.append(box, " Interpolated");
  smooth.title = "Interpolated between cells";
  const ways = [["colours", "colours"], ["contours", "contours"], ["hottest", "hottest part"]];
  element.append(
    choiceSwitch("Show as", ways, chosenLast.show, (show) => {
      chosenLast.show = show;
      arrange();
      onChange();
    }),
    opacity, threshold, smooth,
  );

  function slider(title, name, range) {
    const label = el("label", `slider ${name}`);
    const input = el("input", "", "", { type: "range", ...range, value: chosenLast[name] });
    const value = el("output");
    const words = () => setText(value, name === "opacity" ? `${chosenLast[name]}\u00a0%` : `${chosenLast[name]}\u00a0% of the largest`);
    input.addEventListener("input", () => {
      chosenLast[name] = Number(input.value);
      words();
      onChange();
    });
    words();
    label.append(el("span", "", title), input, value);
    return label;
  }

  // The two sliders share a place.
  function arrange() {
    const keeps = chosenLast.show === "hottest";
    opacity.hidden = keeps;
    // Lines hide little of the picture: they are opaque.
    opacity.querySelector("input").disabled = chosenLast.show === "contours";
    opacity.classList.toggle("off", chosenLast.show === "contours");
    threshold.hidden = !keeps;
    // What stays is decided pixel by pixel, on the interpolated heat.
    box.disabled = keeps;
    smooth.classList.toggle("off", keeps);
  }
  arrange();
  return { element };
}
