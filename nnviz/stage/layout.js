// Colours, and where everything of one side stands.

export const BEND = 0.45; // how far a line runs level before it turns, of its width

export const THUMB = 10; // half of the slider's thumb, in pixels: the loss lines end where the thumb does

const channels = (color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));

const blend = (from, to, share) => from.map((value, c) => Math.round(value + share * (to[c] - value)));

/** The colours of -1 to 1 in 255 steps: of pixels (below zero, zero, above zero), and of lines, which stay visible. */
export function colourTables({ negative, zero, positive, muted, background }) {
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

export const step = (value) => Math.max(0, Math.min(254, Math.round(127 + 127 * value)));

/** Where everything of one side stands, in CSS pixels. */
export function layoutOf(side, width, height) {
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
