// Streamlit calls this again whenever the data changes, and what it returned last at the end.

import { showFilm } from "../../stage/film/film.js";

export default function mount({ data, parentElement, setTriggerValue }) {
  const { documentElement } = document; // see leaving.js
  return showFilm(parentElement.querySelector(".film"), data, (place) => {
    if (!documentElement.hasAttribute("data-leaving")) setTriggerValue("click", place);
  });
}
