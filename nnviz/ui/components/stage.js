// Streamlit calls this again whenever the data changes, and what it returned last at the end.

import { showStage } from "../../stage/stage.js";

export default function mount({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".stage");
  const { documentElement } = document; // see leaving.js
  return showStage(root, data, (...said) => {
    if (!("quiet" in root.dataset) && !documentElement.hasAttribute("data-leaving")) setStateValue(...said);
  });
}
