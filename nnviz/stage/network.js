// The networks of a side: read from what Python sends (payload.py), and evaluated here.

import { mix } from "./time.js";

const GRID = 48; // points along each side of the plane, at most

const WORK = 1e6; // multiplications for one side and frame while it plays, about; a coarser grid keeps to it

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
export function inputsOf(side, coarse) {
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
export function frameOf(side, place, inputs) {
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
export const shade = (value, half) => (half ? value / (Math.abs(value) + half) : value);
