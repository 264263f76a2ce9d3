// What the scenes of a film share: a sharp canvas, and words and marks on it.

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

/** Words at a point, in a colour; `align` is left, center or right. */
export function write(context, words, x, y, color, font, align = "left") {
  context.font = font;
  context.textAlign = align;
  context.fillStyle = color;
  context.fillText(words, x, y);
}

/** From 0 to 1 with a soft start and a soft end. */
export const ease = (share) => share * share * (3 - 2 * share);
