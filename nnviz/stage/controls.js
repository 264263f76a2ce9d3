// What the stage and the films share: buttons, texts, and a canvas as sharp as the screen.

/** A canvas as sharp as the screen, cleared, in CSS pixels. */
export function prepare(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.textBaseline = "alphabetic";
  return context;
}

const ICONS = {
  play: "M4 2l11 7-11 7z",
  pause: "M4 2h4v14H4zM10 2h4v14h-4z",
  back: "M13 2v14L5 9zM3 2h2v14H3z",
  forward: "M5 2v14l8-7zM13 2h2v14h-2z",
  loop: "M9 3a6 6 0 0 1 5.7 4.2l2-.6-2.6 4-3.7-2.8 2-.5A4 4 0 0 0 5.2 7.6l-1.7-1A6 6 0 0 1 9 3zM9 15a6 6 0 0 1-5.7-4.2l-2 .6 2.6-4 3.7 2.8-2 .5a4 4 0 0 0 7.2.7l1.7 1A6 6 0 0 1 9 15z",
};

export const icon = (name) => `<svg viewBox="0 0 18 18" aria-hidden="true"><path d="${ICONS[name]}"/></svg>`;

export function setText(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

export function setHtml(element, html) {
  if (element.dataset.html !== html) element.innerHTML = element.dataset.html = html;
}

/** Whether this browser can draw moving pictures at all. */
export const canDraw = () => Boolean(window.ResizeObserver && document.createElement("canvas").getContext?.("2d"));
