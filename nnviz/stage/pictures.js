// The small pictures of what units see, dots, marks and level lines.

import { BEND, step } from "./layout.js";
import { shade } from "./network.js";

export function paintDot(brush, x, y, radius, fill, border) {
  brush.beginPath();
  brush.arc(x, y, radius, 0, 2 * Math.PI);
  brush.fillStyle = fill;
  brush.fill();
  if (!border) return;
  brush.strokeStyle = border;
  brush.lineWidth = 2;
  brush.stroke();
}

/** A class's mark, each with a shape of its own; of many classes the class's name. */
export function paintMark(brush, look, classes, kind, x, y, radius, color, filled) {
  if (classes.length > 4) {
    brush.globalAlpha = filled ? 1 : 0.4;
    brush.font = `${filled ? "700 " : ""}13px ${look.font}`;
    brush.textAlign = "center";
    brush.fillStyle = color;
    brush.fillText(classes[kind], x, y);
    brush.globalAlpha = 1;
    return;
  }
  const corners = [0, 4, 3, 5][kind];
  brush.beginPath();
  if (!corners) brush.arc(x, y, radius, 0, 2 * Math.PI);
  for (let i = 0; i < corners; i++) {
    const angle = (2 * Math.PI * i) / corners - Math.PI / 2;
    brush.lineTo(x + 1.3 * radius * Math.cos(angle), y + 1.3 * radius * Math.sin(angle));
  }
  brush.closePath();
  brush.lineWidth = filled ? 0.8 : 1.5;
  brush.fillStyle = filled ? color : look.palette.background;
  brush.strokeStyle = filled ? look.palette.background : color;
  brush.fill();
  brush.stroke();
}

/** From data to pixels: a function of x and y. */
export function spots(box, low, high) {
  return (x, y) => [box.x + (box.w * (x - low[0])) / (high[0] - low[0]), box.y + box.h * (1 - (y - low[1]) / (high[1] - low[1]))];
}

/** What a unit sees: its answer over the inputs; of many inputs its incoming weights, as bars or as an image. */
export function paintPicture(context, box, side, frame, column, unit, look) {
  const { palette } = look;
  const { index } = side.layers[column];
  context.fillStyle = palette.zero;
  context.fillRect(box.x, box.y, box.w, box.h);
  const { count, across } = frame.inputs;
  if (side.data.view === "plane") {
    paintField(context, box, frame.shades[column].subarray(unit * count, (unit + 1) * count), across, look, (v) => v);
  } else if (side.data.view === "curve") {
    bars(frame.shades[column].subarray(unit * count, (unit + 1) * count), 0);
  } else {
    const kernel = frame.network.kernels[index];
    const weights = Array.from({ length: kernel.values.length / kernel.width }, (_, i) => shade(kernel.values[i * kernel.width + unit], 0.5));
    if (index === 0 && side.data.square) paintField(context, box, weights, side.data.square[1], look, (v) => 2 * v, false);
    else bars(weights, weights.length > 12 ? 0 : 1);
  }

  function bars(values, gap) {
    const wide = box.w / values.length, middle = box.y + box.h / 2;
    values.forEach((value, i) => {
      context.fillStyle = value < 0 ? palette.negative : palette.positive;
      context.fillRect(box.x + i * wide + gap / 2, middle, wide - gap + (gap ? 0 : 0.4), (-value * box.h) / 2);
    });
    context.fillStyle = palette.muted;
    context.fillRect(box.x, middle - 0.5, box.w, 1);
  }
}

/** A square of values as colours, scaled into a box. */
export function paintField(context, box, values, across, look, scale, smooth = true) {
  const { tile, colors } = look;
  const down = values.length / across;
  if (tile.width !== across || tile.height !== down) [tile.width, tile.height] = [across, down];
  const brush = tile.getContext("2d", { willReadFrequently: true });
  const image = brush.createImageData(across, down);
  const pixels = new Uint32Array(image.data.buffer);
  for (let k = 0; k < values.length; k++) pixels[k] = colors.pixels[step(scale(values[k]))];
  brush.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = smooth;
  context.drawImage(tile, box.x, box.y, box.w, box.h);
}

/** Draws where a field on a square grid crosses a level, a cell at a time. */
export function strokeLevel(context, box, values, across, level) {
  const cell = box.w / across;
  context.beginPath();
  for (let row = 0; row + 1 < across; row++) {
    for (let column = 0; column + 1 < across; column++) {
      const k = row * across + column;
      const corners = [[0, 0, values[k]], [1, 0, values[k + 1]], [1, 1, values[k + across + 1]], [0, 1, values[k + across]]];
      const ends = [];
      corners.forEach(([x, y, value], i) => {
        const [x2, y2, next] = corners[(i + 1) % 4];
        if (value > level === next > level) return;
        const share = (level - value) / (next - value);
        ends.push([box.x + (column + 0.5 + x + share * (x2 - x)) * cell, box.y + (row + 0.5 + y + share * (y2 - y)) * cell]);
      });
      for (let i = 0; i + 1 < ends.length; i += 2) {
        context.moveTo(...ends[i]);
        context.lineTo(...ends[i + 1]);
      }
    }
  }
  context.stroke();
}

/** The two ends of the line a x + b y + c = 0 within a rectangle, or nothing. */
export function cut(a, b, c, low, high) {
  const corners = [low, [high[0], low[1]], high, [low[0], high[1]]];
  const heights = corners.map(([x, y]) => a * x + b * y + c);
  const ends = [];
  for (let i = 0; i < 4; i++) {
    const j = (i + 3) % 4;
    if (heights[i] > 0 === heights[j] > 0) continue;
    const share = heights[j] / (heights[j] - heights[i]);
    ends.push([0, 1].map((axis) => corners[j][axis] + share * (corners[i][axis] - corners[j][axis])));
  }
  return ends.length === 2 ? ends : null;
}

const bezier = (t, a, b, c, d) => a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t * t * (1 - t) + d * t ** 3;

/** Whether a point lies within 5 pixels of a curve from paintLines. */
export function nearCurve({ x1, y1, x2, y2 }, x, y) {
  if (x < x1 || x > x2) return false;
  let low = 0, high = 1; // the curve's x grows with its parameter
  const bend = (x2 - x1) * BEND;
  for (let i = 0; i < 12; i++) {
    const t = (low + high) / 2;
    if (bezier(t, x1, x1 + bend, x2 - bend, x2) < x) low = t;
    else high = t;
  }
  return Math.abs(bezier(low, y1, y1, y2, y2) - y) < 5;
}
