// Under the maps: the result, how it came about in one sentence, and the numbers that had no room between the maps.
function explanation(view, panel, onChannel) {
  const { scene } = view;
  const element = el("div", "below");
  const line = resultLine();
  const sentence = el("p", "sentence");
  const heading = el("div", "gridheading");
  const note = el("div", "note");
  const bars = scene.kernels && scene.input.count > MOST_CHIPS ? partialBars(view, onChannel) : null;
  element.append(sentence);
  if (panel.below) element.append(heading, panel.below.element);
  if (!panel.printed) {
    const many = `The window has ${plural(scene.cells, "cell")}`;
    note.textContent = `${many}: too many to print one by one. All of them count.`;
    element.append(note);
  }
  if (bars) element.append(bars.element);

  function set({ row, column, channel, map, at }) {
    if (scene.pooling) {
      line.set(poolingTerms(scene, at));
      setText(sentence, poolingSentence(scene, row, column, at, channel));
    } else {
      line.set(convolutionTerms(scene, at, channel));
      setText(sentence, convolutionSentence(scene, row, column, at));
      bars?.set(at.partials, channel, view.width);
    }
    const many = scene.input.count > 1 ? ` · ${named("channel", scene.channelNames[channel])}` : "";
    setText(heading, scene.pooling ? `Window${many}` : `Window times kernel${many}`);
  }
  return { element, line: line.element, set, said: () => sentence.textContent };
}
