// Marks the document while the visitor is on the way to another page: from the click on a link, or the step back, until
// that page begins. Whatever a component tells Streamlit meanwhile would count as a wish to stay, and lose the step.
const PATIENCE_MS = 10_000; // after that the step itself is lost, as where the connection was

const nameOf = (path) => path.split("/").pop();
let page, target, patience;

function mark() {
  document.documentElement.toggleAttribute("data-leaving", target !== undefined && target !== page);
}

function leave(path) {
  target = nameOf(path);
  clearTimeout(patience);
  patience = setTimeout(() => {
    target = undefined;
    mark();
  }, PATIENCE_MS);
  mark();
}

window.addEventListener("popstate", () => leave(location.pathname), true);
window.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]:not([download])");
  const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || link?.target === "_blank";
  if (link && !elsewhere) leave(link.pathname);
}, true);

export default ({ data }) => {
  page = data.page;
  mark();
};
