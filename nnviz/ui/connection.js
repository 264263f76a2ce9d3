// Asks for the page anew when the connection is there again. Streamlit itself leaves what the browser holds on the
// screen then, and a server that was started anew knows nothing of it: it would lose the next press.
const STATE = "data-test-connection-state";

export default ({ data, setTriggerValue }) => {
  const app = document.querySelector(`[${STATE}]`);
  const connected = () => app.getAttribute(STATE) === "CONNECTED";
  let was = connected();
  const watch = new MutationObserver(() => {
    const back = connected() && !was;
    was = connected();
    if (back) setTriggerValue("back", data.table ? "table" : "page");
  });
  watch.observe(app, { attributes: true, attributeFilter: [STATE] });
  return () => watch.disconnect();
};
