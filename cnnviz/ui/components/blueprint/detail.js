// What is known of the selected layer.
function blueprintDetail(view, select) {
  const element = el("section", "detail", "", { "aria-live": "polite" });
  const heading = el("h2", "title");
  const says = el("p", "says");
  const list = el("dl", "facts");
  const actions = el("div", "actions");
  const maps = el("button", "action", "See its maps", { type: "button" });
  maps.addEventListener("click", () => view.maps(view.selected));
  const toggle = el("button", "action", "", { type: "button" });
  toggle.addEventListener("click", () => view.toggle(toggle.dataset.name));
  actions.append(maps, toggle);
  element.append(heading, says, list, actions);

  function row(name, ...parts) {
    const value = el("dd");
    value.append(...parts);
    list.append(el("dt", "", name), value);
  }

  function links(names) {
    return names.map((name) => {
      const link = el("button", "link", name, { type: "button" });
      link.addEventListener("click", () => select(name, false));
      return link;
    });
  }

  function paint() {
    const fact = view.facts.get(view.selected);
    element.setAttribute("aria-label", `Layer ${fact.name}`);
    setText(heading, `${fact.title} · ${fact.name}`);
    setText(says, fact.says);
    list.replaceChildren();
    row("Output", sizes(fact.shape) + (fact.shape.length > 2 ? " (rows × columns × channels)" : ""));
    if (fact.kernels) row("Slides", fact.kernels);
    if (fact.sources.length) {
      row("Parameters", fact.parameters_text);
      row("Multiply-adds", fact.work_text);
      row("One cell sees", fact.reach_text);
      row(fact.sources.length > 1 ? "Takes, in this order" : "Takes", ...links(fact.sources));
    }
    if (fact.users.length) row("Gives to", ...links(fact.users));
    else row("Gives", "the network’s answer");
    maps.hidden = !(fact.maps && view.plan.offers_maps);
    const around = view.around(view.selected);
    toggle.hidden = !around;
    if (around) {
      const short = around.split("/").at(-1);
      toggle.dataset.name = around;
      setText(toggle, view.plan.opened.includes(around) ? `Draw ${short} as one block` : `Open ${short}`);
    }
  }
  return { element, paint };
}

function sizes(shape) {
  return shape.map(whole).join(" × ") || "1";
}
