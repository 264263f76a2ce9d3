// What the scenes of a film share: words and marks on a canvas.

/** Words at a point, in a colour; `align` is left, center or right. */
export function write(context, words, x, y, color, font, align = "left") {
  context.font = font;
  context.textAlign = align;
  context.fillStyle = color;
  context.fillText(words, x, y);
}

/** From 0 to 1 with a soft start and a soft end. */
export const ease = (share) => share * share * (3 - 2 * share);
