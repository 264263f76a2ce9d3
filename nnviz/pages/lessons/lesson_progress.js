// Notes in the browser where the reader stands in each lesson, and tells the page when it asks.
const STORE = "nnviz.lessons";

const read = () => {
  try {
    const places = JSON.parse(localStorage.getItem(STORE) ?? "{}");
    return places && typeof places === "object" ? places : {};
  } catch {
    return {}; // a browser that keeps nothing, or something else under our name
  }
};

export default ({ data, setStateValue }) => {
  if (!data.lesson) {
    if (!document.documentElement.hasAttribute("data-leaving")) setStateValue("places", read());
    return;
  }
  try {
    localStorage.setItem(STORE, JSON.stringify({ ...read(), [data.lesson]: data.query }));
  } catch {
    // the link still holds the place
  }
};
