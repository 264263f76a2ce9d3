// The scene "map": walkers or populations on a landscape seen from above, one map or several in step.
//
// data: { low, high, cells, heights, deepest: [[x, y]], panels: [{ label, trail, begins, frames }] }
// `heights`: a letter for each cell, from low to high, rows from the top down. `frames`: for each frame the places of
// the dots, [[x, y]]. With a trail the dots leave lines, broken at the frames in `begins`.

import { ease, write } from "./brush.js";

const MAP_HEAD = 28; // for a map's name
const MAP_GAP = 14; // between maps
const MAP_LEAST = 150, MAP_MOST = 400; // the side of a map
const MAP_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const MAP_BANDS = 16; // of height, so that slopes can be seen

const reliefs = new WeakMap(); // of each film's data: the picture of its ground, and the colours it was made with

export const map = {
  height(width, data) {
    const { rows, side } = mapGrid(width, data);
    return rows * (MAP_HEAD + side) + (rows - 1) * MAP_GAP;
  },

  paint(context, width, data, time, { palette, font }) {
    const ground = relief(data, palette);
    data.panels.forEach((panel, i) => {
      const box = mapBox(width, data, i);
      write(context, panel.label, box.x, box.y - 9, palette.text, `600 16px ${font}`);
      context.imageSmoothingEnabled = true;
      context.drawImage(ground, box.x, box.y, box.side, box.side);
      context.save();
      context.beginPath();
      context.rect(box.x, box.y, box.side, box.side);
      context.clip();
      paintPanel(context, box, panel, data, time, palette);
      context.restore();
    });
  },

  at(px, py, width, data) {
    for (let i = 0; i < data.panels.length; i++) {
      const { x, y, side } = mapBox(width, data, i);
      const [right, up] = [(px - x) / side, 1 - (py - y) / side];
      if (right < 0 || right > 1 || up < 0 || up > 1) continue;
      return [right, up].map((share) => Math.round(100 * (data.low + share * (data.high - data.low))) / 100);
    }
    return null;
  },
};

function mapGrid(width, { panels }) {
  const most = Math.max(1, Math.floor((width + MAP_GAP) / (MAP_LEAST + MAP_GAP)));
  const columns = Math.ceil(panels.length / Math.ceil(panels.length / most));
  const side = Math.min(MAP_MOST, (width - MAP_GAP * (columns - 1)) / columns);
  return { columns, side, rows: Math.ceil(panels.length / columns) };
}

function mapBox(width, data, i) {
  const { columns, side } = mapGrid(width, data);
  return { side, x: (i % columns) * (side + MAP_GAP), y: MAP_HEAD + Math.floor(i / columns) * (MAP_HEAD + side + MAP_GAP) };
}

function paintPanel(context, box, { trail, begins, frames }, { low, high, deepest }, time, palette) {
  const x = (value) => box.x + (box.side * (value - low)) / (high - low);
  const y = (value) => box.y + box.side * (1 - (value - low) / (high - low));
  const last = frames.length - 1;
  const now = Math.min(Math.floor(time), last), next = Math.min(now + 1, last);
  const jumps = begins.includes(next); // a walker that starts anew does not glide there
  const share = jumps ? 0 : ease(time - now);
  for (const place of deepest) paintTarget(context, x(place[0]), y(place[1]), palette);
  frames[now].forEach((place, dot) => {
    const at = place.map((value, axis) => value + share * (frames[next][dot][axis] - value));
    if (trail) paintTrail(context, frames.slice(0, now + 1), dot, begins, at, x, y, palette);
  });
  frames[now].forEach((place, dot) => {
    const at = place.map((value, axis) => value + share * (frames[next][dot][axis] - value));
    paintDot(context, x(at[0]), y(at[1]), trail ? 7 : 4.5, palette);
  });
}

function paintTrail(context, past, dot, begins, at, x, y, palette) {
  const line = () => {
    context.beginPath();
    past.forEach((places, frame) => {
      const [px, py] = [x(places[dot][0]), y(places[dot][1])];
      if (frame === 0 || begins.includes(frame)) context.moveTo(px, py);
      else context.lineTo(px, py);
    });
    context.lineTo(x(at[0]), y(at[1]));
    context.stroke();
  };
  context.lineJoin = "round";
  context.strokeStyle = palette.background; // a rim, so that the line stands out on any height
  context.lineWidth = 4;
  line();
  context.strokeStyle = palette.text;
  context.lineWidth = 1.75;
  line();
}

function paintDot(context, x, y, radius, palette) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = palette.text;
  context.fill();
  context.strokeStyle = palette.background;
  context.lineWidth = 1.5;
  context.stroke();
}

/** A ring around a deepest place. */
function paintTarget(context, x, y, palette) {
  for (const [color, width] of [[palette.background, 5], [palette.text, 2]]) {
    context.beginPath();
    context.arc(x, y, 11, 0, 2 * Math.PI);
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke();
  }
}

/** The ground as a picture of one pixel a cell, darker where it is higher. */
function relief(data, palette) {
  const known = reliefs.get(data);
  if (known?.palette.name === palette.name) return known.picture;
  const picture = document.createElement("canvas");
  picture.width = picture.height = data.cells;
  const pixels = new ImageData(data.cells, data.cells);
  const [least, most] = palette.shades.map(mapColor);
  for (let i = 0; i < data.heights.length; i++) {
    const height = MAP_LETTERS.indexOf(data.heights[i]) / (MAP_LETTERS.length - 1);
    const band = Math.floor(height * MAP_BANDS) / MAP_BANDS;
    for (let c = 0; c < 3; c++) pixels.data[4 * i + c] = least[c] + band * (most[c] - least[c]);
    pixels.data[4 * i + 3] = 255;
  }
  picture.getContext("2d").putImageData(pixels, 0, 0);
  reliefs.set(data, { palette, picture });
  return picture;
}

const mapColor = (hex) => [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16));
