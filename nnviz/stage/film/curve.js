// The scene "curve": walkers on a line of hills and valleys, seen from the side.
//
// data: { low, high, bottom, top, curve: [xs, ys], basin: [left, right], floor: [x, y],
//         walkers: [{ x: [a place a frame], y: [its height] }] }
// The band is the ground from which all ways down lead to the deepest floor. One walker shows where it has been.

import { ease, write } from "./brush.js";

const CURVE_LEFT = 12, CURVE_RIGHT = 12, CURVE_HEAD = 28, CURVE_FOOT = 34; // pixels around the curve
const CURVE_TALL = 0.46; // of the width, but
const CURVE_LEAST = 210, CURVE_MOST = 330; // pixels
const CROWD = 8; // from so many on, walkers are small

export const curve = {
  height(width) {
    return CURVE_HEAD + CURVE_FOOT + Math.max(CURVE_LEAST, Math.min(CURVE_MOST, CURVE_TALL * width));
  },

  paint(context, width, data, time, { palette, font }) {
    const [x, y] = curveScales(width, data);
    const bottom = y(data.bottom);
    context.fillStyle = palette.grid;
    context.fillRect(x(data.basin[0]), CURVE_HEAD, x(data.basin[1]) - x(data.basin[0]), bottom - CURVE_HEAD);
    paintGround(context, x, y, bottom, data, palette);
    write(context, "deepest", curveKept(x(data.floor[0]), width, 32), bottom + 22, palette.text, `600 16px ${font}`, "center");
    context.fillStyle = palette.text;
    context.fillRect(x(data.floor[0]) - 1.5, bottom, 3, 6);

    const crowd = data.walkers.length >= CROWD;
    const now = Math.floor(time), share = ease(time - now);
    for (const walker of data.walkers) {
      const next = Math.min(now + 1, walker.x.length - 1);
      const place = walker.x[now] + share * (walker.x[next] - walker.x[now]);
      if (!crowd) paintBeen(context, walker, now, x, y, palette);
      context.beginPath();
      context.arc(x(place), y(curveHeight(data, place)) - (crowd ? 5 : 9), crowd ? 5 : 9, 0, 2 * Math.PI);
      context.fillStyle = palette.text;
      context.globalAlpha = crowd ? 0.55 : 1;
      context.fill();
      context.globalAlpha = 1;
    }
    if (!crowd) {
      const start = data.walkers[0].x[0];
      write(context, "start", curveKept(x(start), width, 22), CURVE_HEAD - 10, palette.muted, `16px ${font}`, "center");
      context.strokeStyle = palette.muted;
      context.lineWidth = 1;
      context.setLineDash([3, 4]);
      context.beginPath();
      context.moveTo(x(start), CURVE_HEAD - 4);
      context.lineTo(x(start), y(curveHeight(data, start)));
      context.stroke();
      context.setLineDash([]);
    }
  },

  at(px, py, width, data) {
    const place = data.low + ((px - CURVE_LEFT) / (width - CURVE_LEFT - CURVE_RIGHT)) * (data.high - data.low);
    return [Math.round(100 * Math.max(data.low, Math.min(data.high, place))) / 100];
  },
};

function curveScales(width, data) {
  const wide = width - CURVE_LEFT - CURVE_RIGHT, tall = curve.height(width) - CURVE_HEAD - CURVE_FOOT;
  return [
    (value) => CURVE_LEFT + (wide * (value - data.low)) / (data.high - data.low),
    (value) => CURVE_HEAD + tall * (1 - (value - data.bottom) / (data.top - data.bottom)),
  ];
}

/** A word's middle, moved so that the word stays in the picture. */
const curveKept = (x, width, half) => Math.max(half, Math.min(width - half, x));

function paintGround(context, x, y, bottom, { curve: [xs, ys] }, palette) {
  context.beginPath();
  xs.forEach((value, i) => context.lineTo(x(value), y(ys[i])));
  context.strokeStyle = palette.text;
  context.lineWidth = 2.5;
  context.lineJoin = "round";
  context.stroke();
  context.lineTo(x(xs.at(-1)), bottom);
  context.lineTo(x(xs[0]), bottom);
  context.fillStyle = palette.shades[1];
  context.globalAlpha = 0.35;
  context.fill();
  context.globalAlpha = 1;
}

/** The places a walker has stood on. */
function paintBeen(context, walker, now, x, y, palette) {
  context.fillStyle = palette.muted;
  for (let frame = 0; frame <= now; frame++) {
    context.beginPath();
    context.arc(x(walker.x[frame]), y(walker.y[frame]), 3, 0, 2 * Math.PI);
    context.fill();
  }
}

/** The ground's height at a place, between the points that are known. */
function curveHeight({ low, high, curve: [, ys] }, place) {
  const at = ((place - low) / (high - low)) * (ys.length - 1);
  const left = Math.max(0, Math.min(ys.length - 2, Math.floor(at)));
  return ys[left] + (at - left) * (ys[left + 1] - ys[left]);
}
