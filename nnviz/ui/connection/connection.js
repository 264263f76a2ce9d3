// Asks for the page anew when the connection is there again. Streamlit itself leaves what the browser holds on the
// screen then, and a server that was started anew knows nothing of it: it would lose the next press.
const CONNECTION = "data-test-connection-state";
const SCRIPT = "data-test-script-state";

export default ({ data, setTriggerValue }) => {
  const app = document.querySelector(`[${CONNECTION}]`);
  let away = false;
  const watch = new MutationObserver(() => {
    const connected = app.getAttribute(CONNECTION) === "CONNECTED";
    if (!connected) away = true;
    // What was running when the connection went, Streamlit asks for itself: wait until that is done.
    if (!connected || !away || app.getAttribute(SCRIPT) !== "notRunning") return;
    away = false;
    if (document.documentElement.hasAttribute("data-leaving")) return; // see leaving.js, which asks for that page
    setTriggerValue("back", data.table ? "table" : "page");
  });
  watch.observe(app, { attributes: true, attributeFilter: [CONNECTION, SCRIPT] });
  return () => watch.disconnect();
};
