// Closes Streamlit's dialog about a page that does not exist, which comes before this script or shortly after it.
const DIALOG_MAY_COME = 5_000; // Milliseconds.

export default function () {
  const close = () => {
    for (const dialog of document.querySelectorAll('[role="dialog"]')) {
      if (dialog.textContent.includes("Page not found")) dialog.querySelector('button[aria-label="Close"]')?.click();
    }
  };
  close();
  const observer = new MutationObserver(close);
  observer.observe(document.body, { childList: true, subtree: true });
  const end = setTimeout(() => observer.disconnect(), DIALOG_MAY_COME);
  return () => {
    clearTimeout(end);
    observer.disconnect();
  };
}
