// Tells the server by which token this browser is known; a browser that has none keeps the one that is proposed.
const NAME = "cnnviz-owner";

function kept(proposed) {
  try {
    const found = localStorage.getItem(NAME);
    if (/^[0-9a-f]{32}$/.test(found ?? "")) return found;
    localStorage.setItem(NAME, proposed);
  } catch {
    // A browser that keeps nothing is known until its page is closed.
  }
  return proposed;
}

export default function ({ data, parentElement, setStateValue }) {
  const token = kept(data.proposed);
  parentElement.querySelector(".root").dataset.known = String(token === data.known);
  if (token !== data.known) setStateValue("token", token);
}
