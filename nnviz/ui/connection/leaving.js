// Marks the document while the visitor is on the way to another page: from the click on a link, or the step back, until
// that page begins. Whatever a component tells Streamlit meanwhile would count as a wish to stay, and lose the step.
// What was told before can still be sent after it; so where a run ends on another page, the step is made once more.
const TIMES = 3; // an address that is no page's leads to the Playground however often
const STATE = "data-test-script-state";

const nameOf = (path) => path.split("/").pop();
let page, run, step = null, repeating = false, watch = null, timer = 0;

const away = () => step !== null && step.target !== page;
const mark = () => document.documentElement.toggleAttribute("data-leaving", away());

function leave(path, again) {
  if (!repeating) step = { target: nameOf(path), again, left: TIMES, run };
  mark();
}

function repeat() {
  if (!away() || step.run === run) return; // no run has begun since: the step is still on its way
  step.run = run;
  if (!step.left--) {
    step = null;
    mark();
    return;
  }
  repeating = true;
  step.again();
  repeating = false;
}

function goTo(href) {
  if (location.href !== href) history.replaceState({}, "", href); // the page that stayed has written its own
  window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
}

window.addEventListener("popstate", () => {
  const { href, pathname } = location;
  leave(pathname, () => goTo(href));
}, true);
window.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]:not([download])");
  const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || link?.target === "_blank";
  if (link && !elsewhere && link.origin === location.origin) {
    // A link that is gone from the page would load all anew.
    leave(link.pathname, () => { if (link.isConnected) link.click(); else goTo(link.href); });
  }
}, true);

export default ({ data }) => {
  ({ page, run } = data);
  mark();
  const app = document.querySelector(`[${STATE}]`);
  // A run's end and what it brought last come one after the other, either first; a slow browser takes seconds between.
  const look = () => {
    clearTimeout(timer);
    if (app.getAttribute(STATE) === "notRunning") timer = setTimeout(repeat);
  };
  look();
  if (watch) return;
  watch = new MutationObserver(look);
  watch.observe(app, { attributes: true, attributeFilter: [STATE] });
};
