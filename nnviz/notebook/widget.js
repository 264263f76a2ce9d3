// The stage in a notebook. anywidget calls `render` for each view of one widget.

import { moveStage, showStage } from "../stage/stage.js";

const bytesOf = ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength); // of a DataView

/** The theme by the colour of what is written: every notebook sets that, each names its theme differently. */
function themeAround(element) {
  const place = element.isConnected ? element : document.body;
  const [red, green, blue] = getComputedStyle(place).color.match(/[\d.]+/g).map(Number);
  return 0.299 * red + 0.587 * green + 0.114 * blue > 127 ? "dark" : "light";
}

function dress(host, { text, background, zero, grid, name }) {
  const values = { text, background, raised: zero, border: grid };
  for (const [key, value] of Object.entries(values)) host.style.setProperty(`--nnviz-${key}`, value);
  host.style.background = background;
  host.style.colorScheme = name;
}

function render({ model, el }) {
  const host = document.createElement("div"); // anew for each view: an element takes one shadow root only
  el.replaceChildren(host);
  const corner = host.attachShadow({ mode: "open" }); // so that the style reaches no further
  corner.innerHTML = '<style></style><div class="stage"></div>';
  corner.querySelector("style").textContent = model.get("style");
  let root = corner.querySelector(".stage"), theme = null, end = null;

  const tell = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const follow = () => {
    const now = themeAround(el);
    if (now === theme) return;
    theme = now;
    end?.();
    const fresh = root.cloneNode(false); // another theme is another stage: nothing painted in the old one remains
    root.replaceWith(fresh);
    root = fresh;
    const head = bytesOf(model.get("heads")[theme]), arrays = bytesOf(model.get("arrays"));
    const data = new Uint8Array(head.length + arrays.length);
    data.set(head);
    data.set(arrays, head.length);
    dress(host, JSON.parse(new TextDecoder().decode(head.subarray(4))).palette);
    const moment = model.get("moment");
    end = showStage(root, data, tell);
    if (moment !== model.get("last")) moveStage(root, moment);
  };
  const move = () => moveStage(root, model.get("moment"));

  follow();
  model.on("change:moment", move);
  const themes = new MutationObserver(follow);
  for (const each of [document.documentElement, document.body]) themes.observe(each, { attributes: true });
  const placed = new ResizeObserver(follow); // a notebook draws a view before it has a place
  placed.observe(host);

  return () => {
    model.off("change:moment", move);
    themes.disconnect();
    placed.disconnect();
    end?.();
  };
}

export default { render };
