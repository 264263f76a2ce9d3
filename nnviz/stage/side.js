// One side: its network, its surface, its plane of weights.

import { prepare } from "./controls.js";
import { BEND, step } from "./layout.js";
import { shade } from "./network.js";
import { cut, nearCurve, paintDot, paintField, paintMark, paintPicture, spots, strokeLevel } from "./pictures.js";
import { mix } from "./time.js";
import { families, familyOf, number, outputName, unitNumbers } from "./words.js";

/** Draws one side, and returns what can be pointed at: {kind, ..., hit(x, y)}. */
export function paintSide(context, side, frame, layout, look, focus) {
  const { palette } = look;
  const text = (words, x, y, size = 14, color = palette.muted, align = "left") => {
    context.font = `${size}px ${look.font}`;
    context.fillStyle = color;
    context.textAlign = align;
    context.fillText(words, x, y);
  };
  const targets = [];
  const dot = (...what) => paintDot(context, ...what);
  const mark = (...what) => paintMark(context, look, side.data.classes, ...what);
  const lit = focus?.kind === "unit" ? familyOf(side, focus.column, frame.snapshot, focus.unit) : [];
  const isLit = (column, unit) => focus?.kind === "unit" && focus.column === column && lit.includes(unit);

  paintLines();
  paintInputs();
  layout.units.forEach(paintUnits);
  if (!layout.units.length) text("no hidden units", (layout.inputs[0].x + layout.answer.x) / 2, layout.net.bottom - 4, 14, palette.muted, "center");
  paintOutputs();
  ({ plane: paintSurface, curve: paintCurve, rows: paintRows })[side.data.view]();
  paintWeightPlane();
  return targets;

  function paintLines() {
    const columns = [
      { places: layout.inputs, right: 6, layer: -1, block: !layout.few },
      ...layout.units.map((units) => ({ places: units.places, right: units.size / 2, left: units.size / 2, layer: units.index })),
      { places: layout.outputs, right: 0, left: layout.outputs.length > 1 ? 8 : 0, layer: side.sizes.length - 2 },
    ];
    for (let i = 1; i < columns.length; i++) {
      const [from, to] = [columns[i - 1], columns[i]];
      const kernel = to.layer === from.layer + 1 && !from.block && frame.network.kernels[to.layer];
      if (!kernel && !from.block) {
        text("…", (from.places[0].x + from.right + to.places[0].x - to.left) / 2, (layout.net.top + layout.net.bottom) / 2, 20, palette.muted, "center");
        continue;
      }
      const slim = Math.min(1, Math.sqrt(24 / (from.places.length * to.places.length))); // many lines must be thin
      for (const [unit, end] of to.places.entries()) {
        for (const [input, start] of from.places.entries()) {
          const weight = kernel ? shade(kernel.values[input * kernel.width + unit], 0.5) : 0;
          const curve = { x1: start.x + from.right, y1: start.y, x2: end.x - to.left, y2: end.y };
          const strong = focus?.kind === "line" && focus.layer === to.layer && focus.input === input && focus.unit === unit;
          const bend = (curve.x2 - curve.x1) * BEND;
          context.beginPath();
          context.moveTo(curve.x1, curve.y1);
          context.bezierCurveTo(curve.x1 + bend, curve.y1, curve.x2 - bend, curve.y2, curve.x2, curve.y2);
          context.strokeStyle = strong ? palette.text : look.colors.lines[step(weight)];
          context.lineWidth = 0.7 + 5.5 * slim * Math.abs(weight) + (strong ? 2 : 0);
          context.stroke();
          if (kernel) targets.push({ kind: "line", layer: to.layer, input, unit, hit: (x, y) => nearCurve(curve, x, y) });
        }
      }
    }
  }

  function paintInputs() {
    if (!layout.few) {
      const { x, y } = layout.inputs[0];
      context.strokeStyle = palette.muted;
      context.lineWidth = 1;
      context.strokeRect(x - 18, y - 18, 36, 36);
      text(`${side.sizes[0]}`, x, y + 1, 14, palette.text, "center");
      text("inputs", x, y + 30, 13, palette.muted, "center");
      return;
    }
    for (const [i, { x, y }] of layout.inputs.entries()) {
      dot(x, y, 5, palette.text);
      text(clip(side.data.features[i], layout.names - 10), x - 10, y, side.sizes[0] > 2 ? 12 : 16, palette.text, "right");
    }
  }

  function clip(words, room) {
    context.font = `12px ${look.font}`;
    if (context.measureText(words).width <= room) return words;
    let kept = words;
    while (kept.length > 1 && context.measureText(`${kept}…`).width > room) kept = kept.slice(0, -1);
    return `${kept}…`;
  }

  function paintUnits({ column, index, size, of, places }) {
    for (const [unit, { x, y }] of places.entries()) {
      const box = { x: x - size / 2, y: y - size / 2, w: size, h: size };
      paintPicture(context, box, side, frame, column, unit, look);
      const strong = isLit(column, unit);
      context.strokeStyle = strong ? palette.text : palette.muted;
      context.lineWidth = strong ? 3 : 1;
      context.strokeRect(box.x, box.y, box.w, box.h);
      if (size >= 20) halo(unit + 1, box.x + 3, box.y + 8, "left");
      targets.push({ kind: "unit", column, unit, box, hit: (px, py) => px >= box.x - 3 && px <= box.x + size + 3 && py >= box.y - 3 && py <= box.y + size + 3 });
    }
    const center = places[0].x;
    const above = places[0].y - size / 2 - 8;
    const below = places.at(-1).y + size / 2 + 12;
    if (side.sizes.length > 3) text(`layer ${index + 1}`, center, above, 12, palette.muted, "center");
    if (places.length < of) text(`${places.length} of ${of}`, center, below, 12, palette.muted, "center");
    for (const family of families(side, column, frame.snapshot)) bracket(family.map((unit) => places[unit]), size);
  }

  /** A line along pictures of one family: these are the same unit. */
  function bracket(places, size) {
    if (places.length < 2) return;
    const x = places[0].x + size / 2 + 4;
    context.strokeStyle = palette.text;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x, places[0].y - size / 2);
    context.lineTo(x, places.at(-1).y + size / 2);
    for (const { y } of places) {
      context.moveTo(x - 3, y);
      context.lineTo(x + 3, y);
    }
    context.stroke();
  }

  function paintOutputs() {
    if (layout.outputs.length > 1) for (const [i, { x, y }] of layout.outputs.entries()) mark(i, x, y, 6, classColor(i), true);
  }

  /** What never moves is painted once, and then copied: the data. */
  function paintStill(box, paint) {
    const ratio = window.devicePixelRatio || 1;
    const key = [box.x, box.y, box.w, ratio].join();
    if (side.still?.key !== key) {
      side.still = { key, canvas: document.createElement("canvas") };
      const brush = prepare(side.still.canvas, box.w, box.h);
      brush.textBaseline = "middle";
      brush.translate(-box.x, -box.y);
      paint(brush);
    }
    context.drawImage(side.still.canvas, box.x, box.y, box.w, box.h);
  }

  function frameBox(box) {
    context.strokeStyle = palette.muted;
    context.lineWidth = 1;
    context.strokeRect(box.x, box.y, box.w, box.h);
  }

  function inside(box, draw) {
    context.save();
    context.beginPath();
    context.rect(box.x, box.y, box.w, box.h);
    context.clip();
    draw();
    context.restore();
  }

  function paintSurface() {
    const box = layout.answer, { low, high, x, y } = side.data;
    const at = spots(box, low, high);
    const [zero, one] = side.data.classes;
    text(`answer: class ${zero}`, box.x, 9, 14, palette.negative);
    text(`class ${one}`, box.x + box.w, 9, 14, palette.positive, "right");
    inside(box, () => {
      paintField(context, box, frame.answer, frame.inputs.across, look, (p) => 1.7 * (p - 0.5));
      context.lineWidth = 2.5;
      context.strokeStyle = palette.text;
      strokeLevel(context, box, frame.answer, frame.inputs.across, 0.5);
      paintStill(box, (brush) => {
        y.values.forEach((kind, k) => paintMark(brush, look, side.data.classes, kind, ...at(x.values[2 * k], x.values[2 * k + 1]), 3.6, classColor(kind), true));
      });
      if (side.layers.length) unitLines(box, at, low, high);
    });
    frameBox(box);
  }

  /** Where each first-layer unit's sum is zero; clones share a line. */
  function unitLines(box, at, low, high) {
    const [kernel, bias] = [frame.network.kernels[0], frame.network.biases[0].values];
    const taken = [];
    for (const family of families(side, 0, frame.snapshot)) {
      const ends = cut(kernel.values[family[0]], kernel.values[kernel.width + family[0]], bias[family[0]], low, high);
      if (!ends) continue;
      const [[x1, y1], [x2, y2]] = ends.map((end) => at(...end));
      const strong = isLit(0, family[0]);
      context.setLineDash(strong ? [] : [2, 3]);
      context.lineWidth = strong ? 4 : 1.2;
      context.strokeStyle = palette.text;
      context.beginPath();
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
      context.stroke();
      context.setLineDash([]);
      const along = [0.07, 0.14, 0.21, 0.28, 0.93, 0.86, 0.79, 0.72, 0.35, 0.65, 0.5];
      label(taken, unitNumbers(family), box, along.map((share) => [x1 + share * (x2 - x1), y1 + share * (y2 - y1)]));
    }
  }

  /** Words at the first of these places where they touch no others; at the first, where there is none. */
  function label(taken, words, box, places) {
    context.font = `600 12px ${look.font}`;
    const half = context.measureText(words).width / 2;
    const within = places.map(([x, y]) => [
      Math.min(Math.max(x, box.x + half + 3), box.x + box.w - half - 3),
      Math.min(Math.max(y, box.y + 9), box.y + box.h - 9),
    ]);
    const free = ([x, y]) => taken.every((other) => Math.abs(other.x - x) > other.half + half + 2 || Math.abs(other.y - y) > 13);
    const [x, y] = within.find(free) ?? within[0];
    taken.push({ x, y, half });
    halo(words, x, y);
  }

  function halo(words, x, y, align = "center") {
    context.font = `600 12px ${look.font}`;
    context.textAlign = align;
    context.lineJoin = "round";
    context.lineWidth = 3;
    context.strokeStyle = palette.background;
    context.strokeText(words, x, y);
    context.fillStyle = palette.text;
    context.fillText(words, x, y);
  }

  function paintCurve() {
    const box = layout.answer, { low, high, x, y } = side.data;
    const at = spots(box, [low[0], side.span[0]], [high[0], side.span[1]]);
    text("answer, over the data", box.x, 9);
    inside(box, () => {
      paintStill(box, (brush) => {
        y.values.forEach((target, k) => paintDot(brush, ...at(x.values[k], target), 2.6, palette.muted));
      });
      context.strokeStyle = side.color;
      context.lineWidth = 3.5;
      context.setLineDash(side.dashed ? [9, 5] : []);
      context.beginPath();
      frame.inputs.values.forEach((value, k) => context.lineTo(...at(value, frame.answer[k])));
      context.stroke();
      context.setLineDash([]);
    });
    frameBox(box);
  }

  /** Rows of many features: shape is what a row is, colour what it is taken for, hollow is wrong. */
  function paintRows() {
    const box = layout.answer, { low, high, spots: places, y, classes } = side.data;
    const at = spots(box, low, high);
    let right = 0;
    inside(box, () => {
      for (let k = 0; k < y.values.length; k++) {
        const good = frame.taken[k] === y.values[k];
        right += good;
        mark(y.values[k], ...at(places.values[2 * k], places.values[2 * k + 1]), 4.4, classColor(frame.taken[k]), good);
      }
    });
    text(`${right} of ${y.values.length} rows right`, box.x, 9);
    if (classes.length < 10) {
      context.font = `13px ${look.font}`;
      let x = box.x + 10;
      classes.forEach((name, i) => {
        mark(i, x, box.y + box.h + 9, 4.4, classColor(i), true);
        const words = clip(name, box.w / classes.length - 24);
        text(words, x + 8, box.y + box.h + 9, 13, palette.text);
        x += context.measureText(words).width + 22;
      });
    } else text("coloured by what it is taken for", box.x, box.y + box.h + 9, 13);
    frameBox(box);
  }

  function paintWeightPlane() {
    const box = layout.plane, { axes, low, high, points } = side.plane;
    const at = spots(box, low, high);
    const [moments, units] = points.shape;
    const point = (t, unit) => at(points.values[2 * (t * units + unit)], points.values[2 * (t * units + unit) + 1]);
    const now = mix(points, frame.place);
    const hidden = side.layers.length > 0;
    const groups = hidden ? families(side, 0, frame.snapshot) : Array.from({ length: units }, (_, unit) => [unit]);
    text(clip(axes[1], box.w - 4), box.x, box.y - 9, 13);
    text(clip(axes[0], box.w - 80), box.x + box.w / 2, box.y + box.h + 9, 13, palette.muted, "center");
    text(number(low[0]), box.x, box.y + box.h + 9, 12);
    text(number(high[0]), box.x + box.w, box.y + box.h + 9, 12, palette.muted, "right");
    text(number(high[1]), box.x + 4, box.y + 9, 12);
    text(number(low[1]), box.x + 4, box.y + box.h - 9, 12);
    inside(box, () => {
      context.strokeStyle = palette.grid;
      context.lineWidth = 1.5;
      const [x0, y0] = at(0, 0);
      context.beginPath();
      context.moveTo(box.x, y0);
      context.lineTo(box.x + box.w, y0);
      context.moveTo(x0, box.y);
      context.lineTo(x0, box.y + box.h);
      context.stroke();
      for (const [unit] of groups) {
        context.strokeStyle = palette.units[unit % palette.units.length];
        context.lineWidth = isLit(0, unit) ? 4 : 2;
        context.beginPath();
        for (let t = 0; t <= frame.place && t < moments; t++) context.lineTo(...point(t, unit));
        context.lineTo(...at(now[2 * unit], now[2 * unit + 1]));
        context.stroke();
        dot(...point(0, unit), 4, palette.background, palette.units[unit % palette.units.length]);
      }
    });
    frameBox(box);
    const taken = groups.map(([unit]) => at(now[2 * unit], now[2 * unit + 1])).map(([x, y]) => ({ x, y, half: 5 }));
    for (const family of groups) {
      const unit = family[0];
      const [x, y] = at(now[2 * unit], now[2 * unit + 1]);
      if (!(x > box.x - 9 && x < box.x + box.w + 9 && y > box.y - 9 && y < box.y + box.h + 9)) continue;
      const strong = isLit(0, unit);
      dot(x, y, (family.length > 1 ? 8 : 6) + (strong ? 3 : 0), palette.units[unit % palette.units.length], strong ? palette.text : palette.background);
      const name = hidden ? unitNumbers(family) : outputName(side, unit);
      const away = 9 + context.measureText(name).width / 2;
      const around = [[1, -1], [-1, -1], [1, 1], [-1, 1], [1.4, 0], [-1.4, 0], [0, -1.7], [0, 1.7], [2, -2], [-2, -2], [2, 2], [-2, 2]];
      label(taken, name, box, around.map(([dx, dy]) => [x + dx * away, y + 9 * dy]));
      if (hidden) targets.unshift({ kind: "unit", column: 0, unit, box: { x, y, w: 0, h: 0 }, hit: (px, py) => Math.hypot(px - x, py - y) < 12 });
    }
  }

  function classColor(i) {
    if (side.data.view === "plane") return i ? palette.positive : palette.negative;
    return palette.units[i % palette.units.length];
  }
}
