// The lines of the losses over the epochs.

import { THUMB } from "./layout.js";
import { epochAt, mix, placeOf } from "./time.js";

/** Both sides' losses over the clock's moments, with the cursor. */
export function paintLosses(context, width, height, content, time, look) {
  const { palette } = look;
  const clock = content.clock.values, last = Math.max(1, clock.length - 1);
  const xAt = (moment) => THUMB + ((width - 2 * THUMB) * moment) / last;
  const bottom = height - 16, top = 7;
  const yAt = (loss) => bottom - (bottom - top) * Math.min(1, loss / content.highest);
  context.font = `12px ${look.font}`;
  context.textAlign = "center";
  let edge = -Infinity;
  for (const epoch of roundEpochs(clock.at(-1))) {
    const x = xAt(placeOf(clock, epoch));
    const words = epoch.toLocaleString("en"), half = context.measureText(words).width / 2;
    if (x - half < edge + 12) continue;
    edge = x + half;
    context.fillStyle = palette.muted;
    context.fillText(words, Math.min(Math.max(x, half), width - half), height - 6);
    context.fillStyle = palette.grid;
    context.fillRect(x, top, 1, bottom - top);
  }
  context.fillStyle = palette.muted;
  context.fillRect(xAt(0), bottom, xAt(last) - xAt(0), 1);
  context.fillText("loss", xAt(0) + 16, bottom - 8);
  context.fillStyle = palette.text;
  context.fillRect(xAt(time) - 0.75, 0, 1.5, height - 14);
  for (const side of content.sides) {
    context.strokeStyle = context.fillStyle = side.color;
    context.lineWidth = 2.5;
    context.setLineDash(side.dashed ? [7, 4] : []);
    context.beginPath();
    side.losses.values.forEach((loss, k) => context.lineTo(xAt(placeOf(clock, side.epochs.values[k])), yAt(loss)));
    context.stroke();
    context.setLineDash([]);
    const place = placeOf(side.epochs.values, epochAt(clock, time));
    context.beginPath();
    context.arc(xAt(placeOf(clock, epochAt(side.epochs.values, place))), yAt(mix(side.losses, place)[0]), 5, 0, 2 * Math.PI);
    context.fill();
  }
}

/** Round epochs for ticks: 0, 1, 2, 5, 10, ... and the last. */
function roundEpochs(last) {
  const found = [0];
  for (let power = 1; power < last; power *= 10) found.push(...[1, 2, 5].map((m) => m * power).filter((epoch) => epoch < 0.9 * last));
  return [...found, Math.round(last * 100) / 100];
}
