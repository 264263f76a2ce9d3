// The stage: two networks in training, side by side, on one clock.
//
// Python sends the weights of each side at every snapshot (payload.py). Here the networks are evaluated and drawn.
// The parts, in order: reading, the networks, time, words, drawing, and the stage with its clock and its controls.

const PLAY_SECONDS = 7; // from start to end at speed 1
const SPEEDS = [0.5, 1, 2, 4];
const REST_MS = 400; // so long the clock stands still before the page is told
const GRID = 48; // points along each side of the plane, at most
const WORK = 1e6; // multiplications for one side and frame while it plays, about; a coarser grid keeps to it
const BEND = 0.45; // how far a line runs level before it turns, of its width
const THUMB = 10; // half of the slider's thumb, in pixels: the loss lines end where the thumb does

// ---- Reading ----

/** The header of a payload, with its arrays as {shape, values}. */
export function unpack(bytes) {
  const start = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const numbers = bytes.slice(start).buffer; // a copy, so that floats stand at whole words
  const revive = (_, value) => {
    if (!value?.kind) return value;
    const kind = { f4: Float32Array, i1: Int8Array }[value.kind];
    const count = value.shape.reduce((product, length) => product * length, 1);
    return { shape: value.shape, values: new kind(numbers, value.at, count) };
  };
  return JSON.parse(new TextDecoder().decode(bytes.subarray(4, start)), revive);
}

// ---- The networks ----

/** The same keys and formulas as nnviz.core.activations; a test holds them equal. */
export const ACTIVATIONS = {
  tanh: Math.tanh,
  relu: (z) => (z > 0 ? z : 0),
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  linear: (z) => z,
  leaky_relu: (z) => (z > 0 ? z : 0.2 * z),
  elu: (z) => (z > 0 ? z : Math.expm1(z)),
  gelu: (z) => 0.5 * z * (1 + Math.tanh(0.7978845608028654 * (z + 0.044715 * z * z * z))),
  selu: (z) => 1.0507009873554805 * (z > 0 ? z : 1.6732632423543772 * Math.expm1(z)),
};

/** One side's network at a place among its snapshots: between two of them the weights go in a straight line. */
export function networkAt(side, place) {
  const at = (tensor) => tensor && { width: tensor.shape.at(-1), values: mix(tensor, place) };
  return {
    activation: side.activation,
    loss: side.loss,
    kernels: side.kernels.map(at), // values[input * width + unit]
    biases: side.biases.map(at),
  };
}

/** What a network answers to `count` inputs, given feature by feature; so are the answers. */
export function evaluate(network, inputs, count) {
  const activate = ACTIVATIONS[network.activation];
  const layers = [];
  let signal = inputs;
  for (const [layer, kernel] of network.kernels.entries()) {
    signal = sums(kernel, network.biases[layer].values, signal, count);
    if (layer < network.kernels.length - 1) {
      for (let k = 0; k < signal.length; k++) signal[k] = activate(signal[k]);
      layers.push(signal);
    }
  }
  return { layers, answer: answerOf(network.loss, signal, count) };
}

function sums(kernel, bias, inputs, count) {
  const out = new Float64Array(kernel.width * count);
  for (let unit = 0; unit < kernel.width; unit++) {
    const row = out.subarray(unit * count, (unit + 1) * count).fill(bias[unit]);
    for (let input = 0; input * count < inputs.length; input++) {
      const weight = kernel.values[input * kernel.width + unit];
      const from = input * count;
      for (let k = 0; k < count; k++) row[k] += weight * inputs[from + k];
    }
  }
  return out;
}

/** Two classes: the second one's probability. More: each one's. A real target: the value. */
function answerOf(loss, logits, count) {
  if (loss === "squared_error") return logits;
  if (loss === "binary_crossentropy") return logits.map(ACTIVATIONS.sigmoid);
  const classes = logits.length / count;
  const out = new Float64Array(logits.length);
  for (let k = 0; k < count; k++) {
    let top = -Infinity, total = 0;
    for (let c = 0; c < classes; c++) top = Math.max(top, logits[c * count + k]);
    for (let c = 0; c < classes; c++) total += Math.exp(logits[c * count + k] - top);
    for (let c = 0; c < classes; c++) out[c * count + k] = Math.exp(logits[c * count + k] - top) / total;
  }
  return out;
}

/** The inputs at which a side is looked at, {count, across, values}, feature by feature; coarse while it plays. */
function inputsOf(side, coarse) {
  const { view, low, high, x } = side.data;
  if (view === "rows") {
    const [count, features] = x.shape;
    return { count, values: Float64Array.from({ length: count * features }, (_, i) => x.values[(i % count) * features + Math.floor(i / count)]) };
  }
  if (view === "curve") {
    const count = 96;
    return { count, values: Float64Array.from({ length: count }, (_, k) => low[0] + ((high[0] - low[0]) * k) / (count - 1)) };
  }
  const cost = side.sizes.reduce((sum, size, i) => sum + size * (20 + (side.sizes[i + 1] ?? 0)), 0); // an activation is 20
  const across = side.pictures ? 20 : coarse ? Math.max(12, Math.min(GRID, Math.floor(Math.sqrt(WORK / cost)))) : GRID;
  const count = across * across;
  const values = new Float64Array(2 * count); // the cells' middles, from the top left
  for (let k = 0; k < count; k++) {
    values[k] = low[0] + ((high[0] - low[0]) * ((k % across) + 0.5)) / across;
    values[count + k] = high[1] - ((high[1] - low[1]) * (Math.floor(k / across) + 0.5)) / across;
  }
  return { count, across, values };
}

/** All that is drawn of a side at a place among its snapshots. */
function frameOf(side, place, inputs) {
  const frame = { place, snapshot: Math.round(place), network: networkAt(side, place), inputs };
  const { view } = side.data;
  if (side.answers) { // a large network: Python sent what is shown of it
    if (view === "rows") frame.taken = mix(side.answers, frame.snapshot);
    else frame.answer = mix(side.answers, place).map((value) => (view === "plane" ? 0.5 + value / 254 : value));
    frame.shades = side.pictures?.map((pictures) => mix(pictures, place).map((value) => value / 127));
    return frame;
  }
  const { layers, answer } = evaluate(frame.network, inputs.values, inputs.count);
  frame.answer = answer;
  if (view === "rows") frame.taken = highest(answer, inputs.count);
  else frame.shades = side.layers.map(({ index }) => layers[index].map((value) => shade(value, side.half)));
  return frame;
}

/** The class each row is taken for. */
function highest(chances, count) {
  if (chances.length === count) return chances.map((chance) => (chance > 0.5 ? 1 : 0));
  return Array.from({ length: count }, (_, k) => {
    let best = 0;
    for (let c = 1; c * count < chances.length; c++) if (chances[c * count + k] > chances[best * count + k]) best = c;
    return best;
  });
}

/** From -1 to 1: how strongly a value is coloured. Fixed, so that pictures can be compared over time and sides. */
const shade = (value, half) => (half ? value / (Math.abs(value) + half) : value);

// ---- Time ----

/** The block of a tensor [T, ...] at a place between two snapshots. */
function mix(tensor, place) {
  const size = tensor.values.length / tensor.shape[0];
  const first = Math.floor(place), share = place - first;
  const from = tensor.values.subarray(first * size, (first + 1) * size);
  if (share === 0) return Float64Array.from(from);
  const to = tensor.values.subarray((first + 1) * size, (first + 2) * size);
  return Float64Array.from(from, (value, i) => value + share * (to[i] - value));
}

/** Where an epoch lies among increasing epochs: 2.5 is halfway between the third and the fourth. */
function placeOf(epochs, epoch) {
  const last = epochs.length - 1;
  if (epoch >= epochs[last]) return last;
  let low = 0, high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (epochs[middle] <= epoch) low = middle;
    else high = middle;
  }
  return low + (epoch - epochs[low]) / (epochs[high] - epochs[low]);
}

function epochAt(clock, time) {
  const first = Math.floor(time), next = Math.min(first + 1, clock.length - 1);
  return clock[first] + (time - first) * (clock[next] - clock[first]);
}

// ---- Words ----

/** Three significant digits, as nnviz.analysis.words writes them. */
export function number(value) {
  if (Number.isNaN(value)) return "no number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size < 1e-30) return "0";
  const sign = value < 0 ? "−" : "";
  if (size >= 1e12 || size < 1e-3) {
    const [mantissa, power] = size.toExponential(2).split("e");
    const raised = String(Number(power)).replace(/[-\d]/g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);
    return `${sign}${mantissa}·10${raised}`;
  }
  if (size >= 1e3) return sign + Math.round(size).toLocaleString("en");
  const text = size.toFixed(Math.max(0, 2 - Math.floor(Math.log10(size))));
  return sign + (Number.isInteger(size) ? String(size) : text);
}

const percent = (share) => {
  const value = 100 * share;
  const near = Math.min(value, 100 - value);
  return `${value.toFixed(near > 0 && near < 1 ? 1 : 0)} %`;
};

const epochWords = (epoch) => (epoch < 10 && !Number.isInteger(epoch) ? epoch.toFixed(1) : Math.round(epoch).toLocaleString("en"));

/** Units (from 0) by their numbers (from 1): "1–4, 7". */
function unitNumbers(units) {
  const runs = [];
  for (const unit of units) {
    if (runs.length && unit === runs.at(-1).at(-1) + 1) runs.at(-1).push(unit);
    else runs.push([unit]);
  }
  return runs.map((run) => (run.length > 2 ? `${run[0] + 1}–${run.at(-1) + 1}` : run.map((u) => u + 1).join(", "))).join(", ");
}

/** Units of a drawn layer that are one and the same at a snapshot: a list of lists. */
function families(side, column, snapshot) {
  const { twins } = side.layers[column];
  const units = twins.shape[1];
  const found = new Map();
  for (let unit = 0; unit < units; unit++) {
    const first = twins.values[snapshot * units + unit];
    found.set(first, [...(found.get(first) ?? []), unit]);
  }
  return [...found.values()];
}

const familyOf = (side, column, snapshot, unit) => families(side, column, snapshot).find((family) => family.includes(unit));

const total = (list) => list.reduce((sum, value) => sum + value, 0);

const bold = (words, after = "") => `<span><b>${words}</b> ${after}</span>`;

/** A side's numbers as recorded at the nearest snapshot: those between two were never measured. */
function counterHtml(side, snapshot, epoch) {
  const letter = `<b class="letter" style="color:${side.color}">${side.letter}</b>`;
  if (side.diverged && epoch >= side.diverged.epoch) return letter + bold(side.diverged.words);
  const acting = side.effective.map((counts) => counts.values[snapshot]);
  return [
    letter,
    bold(number(side.losses.values[snapshot]), "loss"),
    side.data.classes.length ? bold(percent(side.accuracies.values[snapshot]), "right on unseen") : "",
    bold(acting.length ? `${total(side.sizes.slice(1, -1))} units act as ${total(acting)}` : "no hidden units"),
  ].join("");
}

/** A side's picture for those who cannot see it, with its numbers as the counter has them. */
function describeSide(side, now = "") {
  return `${side.letter}, ${side.label}: the network, what its units see and what it answers.${now} At the end: ${side.sentence}`;
}

function describeMoment(counter, epoch) {
  const facts = [...counter.children].slice(1).map((fact) => fact.textContent.trim()).join(", ");
  return ` At epoch ${epochWords(epoch)}: ${facts}.`;
}

function describeUnit(side, frame, { column, unit }) {
  const { index, gradients } = side.layers[column];
  const { values, width } = frame.network.kernels[index];
  const weights = Array.from({ length: values.length / width }, (_, i) => number(values[i * width + unit]));
  const twins = familyOf(side, column, frame.snapshot, unit).filter((other) => other !== unit);
  return [
    side.layers.length > 1 ? `unit ${unit + 1} of layer ${index + 1}` : `unit ${unit + 1}`,
    `weights in: ${weights.slice(0, 4).join(", ")}${weights.length > 4 ? ", …" : ""}`,
    `bias: ${number(frame.network.biases[index].values[unit])}`,
    ...(gradients ? [`gradient: ${number(gradients.values[frame.snapshot * gradients.shape[1] + unit])}`] : []),
    twins.length ? `same as ${unitNumbers(twins)}` : "no twin",
  ];
}

function describeLine(side, frame, { layer, input, unit }) {
  const { values, width } = frame.network.kernels[layer];
  const from = layer ? `unit ${input + 1}` : side.data.features[input];
  const to = layer < side.sizes.length - 2 ? `unit ${unit + 1}` : outputName(side, unit);
  return [`${from} → ${to}`, `weight: ${number(values[input * width + unit])}`];
}

const outputName = (side, unit) => (side.sizes.at(-1) > 1 ? side.data.classes[unit] : "output");

// ---- Drawing ----

const channels = (color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));

const blend = (from, to, share) => from.map((value, c) => Math.round(value + share * (to[c] - value)));

/** The colours of -1 to 1 in 255 steps: of pixels (below zero, zero, above zero), and of lines, which stay visible. */
function colourTables({ negative, zero, positive, muted, background }) {
  const [below, middle, above, grey, page] = [negative, zero, positive, muted, background].map(channels);
  const steps = Array.from({ length: 255 }, (_, i) => (i - 127) / 127);
  const end = (value) => (value < 0 ? below : above);
  return {
    pixels: Uint32Array.from(steps, (value) => {
      const [r, g, b] = blend(middle, end(value), Math.abs(value));
      return (255 << 24) | (b << 16) | (g << 8) | r;
    }),
    lines: steps.map((value) => `rgb(${value ? blend(page, end(value), 0.4 + 0.6 * Math.abs(value)) : blend(page, grey, 0.5)})`),
  };
}

const step = (value) => Math.max(0, Math.min(254, Math.round(127 + 127 * value)));

/** A canvas as sharp as the screen, cleared, in CSS pixels. */
function prepare(canvas, width, height) {
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
  return context;
}

/** Where everything of one side stands, in CSS pixels. */
function layoutOf(side, width, height) {
  const words = 20, axis = 20;
  const size = Math.floor(Math.min(width * 0.48, (height - 2 * words - 2 * axis) / 2));
  const left = width - size;
  const answer = { x: left, y: words, w: size, h: size };
  const plane = { x: left, y: height - axis - size, w: size, h: size };
  const shown = side.layers;
  const room = left - 34; // the lines to the answer need the rest
  const inputs = side.sizes[0], few = inputs <= 16;
  const names = few && inputs > 2 ? Math.min(84, room * 0.36) : 24;
  const first = few ? names + 8 : 46;
  const fit = Math.max(1, Math.min(shown.length, Math.floor((room - first) / 56)));
  const columns = fit < shown.length ? [...shown.keys()].filter((i) => i < fit - 1 || i === shown.length - 1) : [...shown.keys()];
  const stride = (room - first) / Math.max(1, columns.length);
  const net = { top: words, bottom: height - axis };
  const spread = (count, x, most) => {
    const gap = Math.min(most, (net.bottom - net.top) / count);
    const middle = (net.top + net.bottom) / 2;
    return Array.from({ length: count }, (_, i) => ({ x, y: middle + (i - (count - 1) / 2) * gap, gap }));
  };
  const units = columns.map((column, place) => {
    const index = shown[column].index;
    const count = shown[column].twins.shape[1];
    const square = Math.min(stride - 26, 60, (net.bottom - net.top) / count - 8);
    const x = first + (place + 1) * stride - square / 2 - (columns.length === 1 ? 14 : 4);
    return { column, index, size: square, of: side.sizes[index + 1], places: spread(count, x, square + 10) };
  });
  const outputs = side.sizes.at(-1);
  return {
    width, height, answer, plane, net, few, units, names,
    inputs: few ? spread(inputs, names, inputs > 2 ? 44 : 120) : [{ x: 24, y: (net.top + net.bottom) / 2 }],
    outputs: outputs > 1 ? spread(outputs, left - 14, 34) : [{ x: left, y: answer.y + size / 2 }],
  };
}

/** Draws one side, and returns what can be pointed at: {kind, ..., hit(x, y)}. */
function paintSide(context, side, frame, layout, look, focus) {
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

function paintDot(brush, x, y, radius, fill, border) {
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
function paintMark(brush, look, classes, kind, x, y, radius, color, filled) {
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
function spots(box, low, high) {
  return (x, y) => [box.x + (box.w * (x - low[0])) / (high[0] - low[0]), box.y + box.h * (1 - (y - low[1]) / (high[1] - low[1]))];
}

/** What a unit sees: its answer over the inputs; of many inputs its incoming weights, as bars or as an image. */
function paintPicture(context, box, side, frame, column, unit, look) {
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
function paintField(context, box, values, across, look, scale, smooth = true) {
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
function strokeLevel(context, box, values, across, level) {
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
function cut(a, b, c, low, high) {
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
function nearCurve({ x1, y1, x2, y2 }, x, y) {
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

/** Both sides' losses over the clock's moments, with the cursor. */
function paintLosses(context, width, height, content, time, look) {
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

// ---- The stage ----

const ICONS = {
  play: "M4 2l11 7-11 7z",
  pause: "M4 2h4v14H4zM10 2h4v14h-4z",
  back: "M13 2v14L5 9zM3 2h2v14H3z",
  forward: "M5 2v14l8-7zM13 2h2v14h-2z",
  loop: "M9 3a6 6 0 0 1 5.7 4.2l2-.6-2.6 4-3.7-2.8 2-.5A4 4 0 0 0 5.2 7.6l-1.7-1A6 6 0 0 1 9 3zM9 15a6 6 0 0 1-5.7-4.2l-2 .6 2.6-4 3.7 2.8-2 .5a4 4 0 0 0 7.2.7l1.7 1A6 6 0 0 1 9 15z",
};

const icon = (name) => `<svg viewBox="0 0 18 18" aria-hidden="true"><path d="${ICONS[name]}"/></svg>`;

const BAR = `
  <div class="buttons" role="group" aria-label="Play">
    <button class="back" aria-label="one moment back" title="one moment back (←)">${icon("back")}</button>
    <button class="play"></button>
    <button class="forward" aria-label="one moment on" title="one moment on (→)">${icon("forward")}</button>
    <button class="loop" aria-label="loop" title="again and again" aria-pressed="false">${icon("loop")}</button>
    <select aria-label="speed">${SPEEDS.map((s) => `<option value="${s}"${s === 1 ? " selected" : ""}>${s}×</option>`).join("")}</select>
  </div>
  <div class="time"><canvas role="img"></canvas><input type="range" min="0" step="any" aria-label="moment of training"></div>
  <div class="epoch"></div>`;

/** A stage in an element. Its `tell(name, value)` says "drawn" once, and "moment" when the clock rests somewhere new. */
function createStage(root) {
  root.tabIndex = 0;
  root.role = "group";
  root.ariaLabel = "The networks in training. Space plays and pauses, left and right arrow step, up and down arrow name a unit.";
  root.innerHTML = `<div class="sides"></div><div class="bar">${BAR}</div><div class="card" role="status" hidden><p></p><canvas></canvas><p></p></div>`;
  const find = (selector) => root.querySelector(selector);
  const [sidesBox, slider, playButton, speedMenu, loopButton, card] = [".sides", "input", ".play", "select", ".loop", ".card"].map(find);
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const look = { tile: document.createElement("canvas") };
  const state = { time: 0, playing: false, fresh: true, drawn: false, told: 1 }; // told: the share of time that the page knows of
  let shown = null, content = null, views = [], hovered = null, pinned = null, request = 0, before = 0, timer = 0;

  const stage = { show, stop, tell: null };
  const last = () => content.clock.values.length - 1;

  function show(bytes) {
    if (shown && equal(shown, bytes)) return; // the page ran again for another reason
    shown = bytes;
    const share = content ? state.time / Math.max(1, last()) : still ? 1 : 0;
    content = unpack(bytes);
    look.palette = content.palette;
    look.colors = colourTables(content.palette);
    look.font = getComputedStyle(root).fontFamily;
    state.time = share * last();
    slider.max = last();
    prepareContent();
    buildSides();
    hovered = pinned = null;
    if (state.fresh && !still) play(true);
    else play(state.playing);
    state.fresh = false;
    draw();
  }

  function prepareContent() {
    for (const side of content.sides) {
      side.inputs = { playing: inputsOf(side, true), still: inputsOf(side, false) };
      const { low, high } = spanOf(side.data.y.values);
      side.span = [low - 0.15 * (high - low), high + 0.15 * (high - low)];
    }
    const levels = content.sides.map(({ losses }) => {
      const sorted = losses.values.filter(Number.isFinite).toSorted();
      return sorted[Math.floor(0.9 * (sorted.length - 1))] ?? 1;
    });
    // A side that explodes does not flatten the other one's line.
    content.highest = 1.15 * Math.min(Math.max(...levels), 4 * Math.min(...levels.map((level) => Math.max(level, 0.25)))) || 1;
    find(".time canvas").ariaLabel = `Loss over the epochs. ${content.sides.map((side) => `${side.letter}: ${side.sentence}`).join(" ")}`;
  }

  function buildSides() {
    views = content.sides.map((side) => {
      const box = document.createElement("div");
      box.className = "side";
      box.innerHTML = `<div class="counter"></div><canvas class="picture" role="img"></canvas>`;
      const canvas = box.lastChild;
      canvas.ariaLabel = describeSide(side); // a picture never stands there without words
      return { side, box, canvas, targets: [], described: false };
    });
    sidesBox.replaceChildren(...views.map(({ box }) => box));
  }

  // Drawing: once a frame at most, and only after something changed.

  function draw() {
    if (!request) request = requestAnimationFrame(tick);
  }

  function tick(now) {
    request = 0;
    if (!content) return;
    if (state.playing) {
      const seconds = before ? Math.min(0.1, (now - before) / 1000) : 0;
      state.time += (seconds * Number(speedMenu.value) * last()) / PLAY_SECONDS;
      if (state.time >= last()) {
        if (loopButton.ariaPressed === "true") state.time = 0;
        else {
          state.time = last();
          play(false);
        }
      }
      before = now;
    }
    paint();
    if (state.playing) draw();
    if (!state.drawn) setTimeout(() => stage.tell("drawn", true)); // when this frame is on the screen
    state.drawn = true;
  }

  function paint() {
    const epoch = epochAt(content.clock.values, state.time);
    views.forEach((view, i) => {
      const { side } = view;
      const place = placeOf(side.epochs.values, epoch);
      const width = view.canvas.clientWidth;
      if (!width) return;
      const tall = Math.max(380, Math.min(2 * 0.48 * width + 76, window.innerHeight - 385));
      const height = width < 420 ? 0.96 * width + 76 : tall;
      view.layout = layoutOf(side, width, Math.round(height));
      view.frame = frameOf(side, place, state.playing ? side.inputs.playing : side.inputs.still);
      const context = prepare(view.canvas, width, Math.round(height));
      context.textBaseline = "middle";
      const focus = pinned ?? hovered;
      view.targets = paintSide(context, side, view.frame, view.layout, look, focus?.view === i ? focus : null);
      setHtml(view.box.firstChild, counterHtml(side, view.frame.snapshot, epoch));
      if (state.playing && view.described) return;
      view.canvas.ariaLabel = describeSide(side, describeMoment(view.box.firstChild, epoch));
      view.described = true;
    });
    const strip = find(".time canvas");
    const context = prepare(strip, strip.clientWidth, 60);
    context.textBaseline = "middle";
    paintLosses(context, strip.clientWidth, 60, content, state.time, look);
    slider.value = state.time;
    const words = `epoch ${epochWords(content.clock.values[Math.round(state.time)])} of ${epochWords(content.clock.values[last()])}`;
    slider.ariaValueText = words;
    setText(find(".epoch"), words);
    paintCard();
  }

  /** The unit or the line that is pointed at, in words. */
  function paintCard() {
    const focus = pinned ?? hovered;
    card.hidden = !focus;
    if (!focus) return;
    const view = views[focus.view];
    const [title, canvas, body] = card.children;
    card.dataset.kind = focus.kind;
    const describe = focus.kind === "unit" ? describeUnit : describeLine;
    const [heading, ...facts] = describe(view.side, view.frame, focus);
    setText(title, heading);
    setHtml(body, facts.map(escape).join("<br>"));
    if (focus.kind === "unit") {
      const context = prepare(canvas, 118, 118);
      paintPicture(context, { x: 0, y: 0, w: 118, h: 118 }, view.side, view.frame, focus.column, focus.unit, look);
    }
    placeCard(view, focus);
  }

  /** To the left of what is pointed at, where it hides least; else to its right. */
  function placeCard({ canvas }, { box, x, y }) {
    const host = root.getBoundingClientRect(), own = canvas.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = card;
    const left = own.left - host.left + (box?.x ?? x) - width - 8;
    const right = Math.min(own.left - host.left + (box ? box.x + box.w : x) + 16, host.width - width);
    const top = own.top - host.top + y - height / 2;
    card.style.left = `${box && left > -12 ? Math.max(0, left) : right}px`;
    card.style.top = `${Math.max(0, Math.min(top, host.height - height))}px`;
  }

  // The clock.

  function play(on) {
    if (on && state.time >= last()) state.time = 0;
    state.playing = on;
    before = 0;
    const label = on ? "pause" : "play";
    if (playButton.ariaLabel !== label) {
      playButton.ariaLabel = label;
      playButton.title = `${label} (space)`;
      playButton.innerHTML = icon(label);
    }
    if (!on) rested();
    draw();
  }

  function goTo(time) {
    state.time = Math.max(0, Math.min(last(), time));
    play(false);
  }

  const stepBy = (moments) => goTo(moments > 0 ? Math.floor(state.time + 1e-6) + 1 : Math.ceil(state.time - 1e-6) - 1);

  /** Tells the page of the moment, once the clock has stood there for a little. */
  function rested() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const moment = Math.round(state.time), share = moment / Math.max(1, last());
      if (state.playing || share === state.told) return;
      state.told = share;
      stage.tell("moment", moment);
    }, REST_MS);
  }

  // Controls.

  playButton.onclick = () => play(!state.playing);
  find(".back").onclick = () => stepBy(-1);
  find(".forward").onclick = () => stepBy(1);
  loopButton.onclick = () => { loopButton.ariaPressed = String(loopButton.ariaPressed !== "true"); };
  slider.oninput = () => goTo(Number(slider.value));

  // A click into the picture leaves the focus where it is, so that a presenter's arrow keys go on turning pages.
  root.onmousedown = (event) => {
    if (event.target.tagName === "CANVAS") event.preventDefault();
  };

  root.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target === speedMenu) return;
    const onButton = event.target.tagName === "BUTTON";
    const act = {
      " ": onButton ? null : () => play(!state.playing),
      ArrowLeft: () => stepBy(-1),
      ArrowRight: () => stepBy(1),
      ArrowUp: () => pinNext(-1),
      ArrowDown: () => pinNext(1),
      Home: () => goTo(0),
      End: () => goTo(last()),
      Escape: () => { pinned = hovered = null; draw(); },
    }[event.key];
    if (!act) return;
    event.preventDefault();
    if (event.key !== "Escape") event.stopPropagation(); // or the arrow keys would turn a presenter's page as well
    act();
  };

  /** Pins the unit after the pinned one, or the one before: down A's layers, then B's. */
  function pinNext(direction) {
    const units = views.flatMap(({ targets }, view) => targets
      .filter(({ kind, box }) => kind === "unit" && box.w)
      .map((target) => ({ ...target, view, x: target.box.x, y: target.box.y + target.box.h / 2 })));
    if (!units.length) return;
    const now = pinned ? units.findIndex((unit) => same(unit, pinned)) : -1;
    const next = now < 0 ? (direction > 0 ? 0 : units.length - 1) : (now + direction + units.length) % units.length;
    pinned = units[next];
    draw();
  }

  function targetAt(event) {
    const index = views.findIndex(({ canvas }) => canvas === event.target);
    if (index < 0) return null;
    const { left, top } = event.target.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    const hits = views[index].targets.filter((target) => target.hit(x, y));
    const found = hits.find(({ kind }) => kind === "unit") ?? hits.at(-1);
    return found ? { ...found, view: index, x, y } : null;
  }

  sidesBox.onpointermove = (event) => {
    if (event.pointerType === "touch") return;
    hovered = targetAt(event);
    event.target.style.cursor = hovered ? "pointer" : "";
    draw();
  };
  sidesBox.onpointerleave = () => { hovered = null; draw(); };
  sidesBox.onclick = (event) => {
    const target = targetAt(event);
    pinned = target && !(pinned && same(pinned, target)) ? target : null;
    if (!pinned) hovered = null;
    draw();
  };

  const observer = new ResizeObserver(draw);
  observer.observe(root);

  function stop() {
    cancelAnimationFrame(request);
    clearTimeout(timer);
    observer.disconnect();
    content = null;
  }

  return stage;
}

const equal = (one, other) => one.length === other.length && one.every((byte, i) => byte === other[i]);
const same = (one, other) => ["view", "kind", "column", "layer", "input", "unit"].every((name) => one[name] === other[name]);

const escape = (words) => words.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);

function setText(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

function setHtml(element, html) {
  if (element.dataset.html !== html) element.innerHTML = element.dataset.html = html;
}

function spanOf(values) {
  let low = Infinity, high = -Infinity;
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return { low, high };
}

// ---- The component: Streamlit calls this again whenever the data changes, and what it returned last at the end ----

const stages = new WeakMap();

export default function mount({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".stage");
  if ("quiet" in root.dataset) setStateValue = () => {};
  if (!window.ResizeObserver || !document.createElement("canvas").getContext?.("2d")) {
    root.textContent = "This browser cannot draw the moving picture. The charts below show how it ended.";
    setStateValue("drawn", false);
    return undefined;
  }
  const stage = stages.get(parentElement) ?? createStage(root);
  stages.set(parentElement, stage);
  const { documentElement } = document; // see leaving.js
  stage.tell = (...state) => { if (!documentElement.hasAttribute("data-leaving")) setStateValue(...state); };
  stage.show(data);
  return () => {
    stage.stop();
    stages.delete(parentElement);
  };
}
