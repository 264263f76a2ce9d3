// The scene "bars": lists being sorted, one lane each, in step.
//
// data.lanes: [{ label, values, frames: [{ order, pair, pivot, placed, count }] }], where the items of a list are known
// by their numbers from 0: `values[item]`; `order`, the items from left to right; `pair`, the two being compared, or
// none; `pivot`, an item or -1; `placed`, the items that are where they belong; `count`, comparisons so far.
// A lane that has fewer frames than the film waits at its last one.

import { ease, write } from "./brush.js";

const HEAD = 76; // for the lane's name, its count, and the marks over the bars
const FOOT = 24; // for the numbers
const TALL = 116, LOW = 76; // the highest bar; and where three or more lanes stand one above the other
const GAP = 28; // between lanes, whichever way they stand
const LEAST = 270; // the width of a lane, where lanes stand side by side
const GLIDE = 0.6; // of a frame's time, at its end, in which bars change places

export const bars = {
  /** How tall the picture is at a width. */
  height(width, { lanes }) {
    const { rows, lane } = layoutOf(width, lanes);
    return rows * lane + (rows - 1) * GAP;
  },

  paint(context, width, { lanes }, time, look) {
    const { columns, tall, lane: high } = layoutOf(width, lanes);
    const wide = (width - GAP * (columns - 1)) / columns;
    for (const [i, lane] of lanes.entries()) {
      const x = (i % columns) * (wide + GAP);
      const y = Math.floor(i / columns) * (high + GAP);
      paintLane(context, { x, y, width: wide, tall }, lane, time, look);
    }
  },
};

function layoutOf(width, lanes) {
  const columns = width >= lanes.length * (LEAST + GAP) ? lanes.length : 1;
  const rows = lanes.length / columns;
  const tall = rows > 2 ? LOW : TALL;
  return { columns, rows, tall, lane: HEAD + tall + FOOT };
}

function paintLane(context, box, lane, time, { palette, font }) {
  const last = lane.frames.length - 1;
  const now = Math.min(Math.floor(time), last);
  const frame = lane.frames[now], next = lane.frames[Math.min(now + 1, last)];
  const share = ease(Math.max(0, (time - now - 1 + GLIDE) / GLIDE));
  const moved = now < last ? share : 0;
  write(context, lane.label, box.x, box.y + 18, palette.text, `600 16px ${font}`);
  const done = now === last;
  const words = `${frame.count.toLocaleString("en")} ${frame.count === 1 ? "comparison" : "comparisons"}${done ? ", sorted" : ""}`;
  write(context, words, box.x + box.width, box.y + 18, done ? palette.text : palette.muted, `${done ? 600 : 400} 16px ${font}`, "right");

  const slot = box.width / lane.values.length;
  const bar = Math.min(0.78 * slot, 44);
  const bottom = box.y + HEAD + box.tall;
  const highest = Math.max(...lane.values);
  const place = placesOf(frame.order), after = placesOf(next.order);
  const middle = (item) => box.x + (place[item] + moved * (after[item] - place[item]) + 0.5) * slot;
  const tall = (item) => Math.max(3, (box.tall * lane.values[item]) / highest);
  const placed = new Set(frame.placed);
  for (const item of frame.order) {
    const compared = frame.pair.includes(item);
    const x = middle(item) - bar / 2, y = bottom - tall(item);
    context.fillStyle = compared ? palette.text : placed.has(item) ? palette.units[2] : item === frame.pivot ? palette.units[6] : palette.shades[1];
    context.fillRect(x, y, bar, tall(item));
    if (placed.has(item)) context.fillRect(box.x + place[item] * slot, bottom + 3, slot, 3); // a floor under what stays
    if (slot >= 15) {
      const size = Math.min(16, Math.max(12, 0.5 * slot));
      write(context, String(lane.values[item]), middle(item), bottom + FOOT - 2, compared ? palette.text : palette.muted, `${compared ? 700 : 400} ${size}px ${font}`, "center");
    }
  }
  if (frame.pair.length) paintBracket(context, frame.pair.map(middle), box.y + 44, palette);
  if (frame.pivot >= 0) paintPivot(context, middle(frame.pivot), box, palette, font);
}

/** The word over the pivot's end of the bracket, kept within the lane. */
function paintPivot(context, x, box, palette, font) {
  context.font = `600 14px ${font}`;
  const half = context.measureText("pivot").width / 2;
  const at = Math.max(box.x + half, Math.min(box.x + box.width - half, x));
  write(context, "pivot", at, box.y + 39, palette.text, context.font, "center");
}

/** Two bars held against each other: a bracket over them with an arrow to each. */
function paintBracket(context, xs, y, palette) {
  context.strokeStyle = context.fillStyle = palette.text;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(xs[0], y + 8);
  context.lineTo(xs[0], y);
  context.lineTo(xs[1], y);
  context.lineTo(xs[1], y + 8);
  context.stroke();
  for (const x of xs) {
    context.beginPath();
    context.moveTo(x - 5, y + 7);
    context.lineTo(x + 5, y + 7);
    context.lineTo(x, y + 14);
    context.fill();
  }
}

/** Where each item stands, from the left. */
function placesOf(order) {
  const places = [];
  for (const [place, item] of order.entries()) places[item] = place;
  return places;
}
