// What is said of a side: its counter, and its descriptions for those who cannot see it.

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

/** A share in per cent, never rounded up to all or down to nothing, as nnviz.analysis.words writes it. */
export const percent = (share) => {
  const value = Math.round(1e7 * share) / 1e5; // float32 holds no more
  const near = Math.min(value, 100 - value);
  return `${value.toFixed(near > 0 && near < 1 ? Math.max(1, Math.ceil(-Math.log10(near))) : 0)} %`;
};

export const epochWords = (epoch) => (epoch < 10 && !Number.isInteger(epoch) ? epoch.toFixed(1) : Math.round(epoch).toLocaleString("en"));

/** Units (from 0) by their numbers (from 1): "1–4, 7". */
export function unitNumbers(units) {
  const runs = [];
  for (const unit of units) {
    if (runs.length && unit === runs.at(-1).at(-1) + 1) runs.at(-1).push(unit);
    else runs.push([unit]);
  }
  return runs.map((run) => (run.length > 2 ? `${run[0] + 1}–${run.at(-1) + 1}` : run.map((u) => u + 1).join(", "))).join(", ");
}

/** Units of a drawn layer that are one and the same at a snapshot: a list of lists. */
export function families(side, column, snapshot) {
  const { twins } = side.layers[column];
  const units = twins.shape[1];
  const found = new Map();
  for (let unit = 0; unit < units; unit++) {
    const first = twins.values[snapshot * units + unit];
    found.set(first, [...(found.get(first) ?? []), unit]);
  }
  return [...found.values()];
}

export const familyOf = (side, column, snapshot, unit) => families(side, column, snapshot).find((family) => family.includes(unit));

const total = (list) => list.reduce((sum, value) => sum + value, 0);

const actAs = (units, functions) => `${units.toLocaleString("en")} ${units === 1 ? "unit acts" : "units act"} as ${functions || "none"}`;

const bold = (words, after = "") => `<span><b>${words}</b> ${after}</span>`;

/** A side's numbers as recorded at the nearest snapshot: those between two were never measured. */
export function counterHtml(side, snapshot, epoch) {
  const letter = `<b class="letter" style="color:${side.color}">${side.letter}</b>`;
  if (side.diverged && epoch >= side.diverged.epoch) return letter + bold(side.diverged.words);
  const acting = side.functions.map((counts) => counts.values[snapshot]);
  return [
    letter,
    bold(number(side.losses.values[snapshot]), "loss"),
    side.data.classes.length ? bold(percent(side.accuracies.values[snapshot]), "right on unseen") : "",
    bold(acting.length ? actAs(total(side.sizes.slice(1, -1)), total(acting)) : "no hidden units"),
  ].join("");
}

/** A side's picture for those who cannot see it, with its numbers as the counter has them. */
export function describeSide(side, now = "") {
  return `${side.letter}, ${side.label}: the network, what its units see and what it answers.${now} At the end: ${side.sentence}`;
}

export function describeMoment(counter, epoch) {
  const facts = [...counter.children].slice(1).map((fact) => fact.textContent.trim()).join(", ");
  return ` At epoch ${epochWords(epoch)}: ${facts}.`;
}

export function describeUnit(side, frame, { column, unit }) {
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

export function describeLine(side, frame, { layer, input, unit }) {
  const { values, width } = frame.network.kernels[layer];
  const from = layer ? `unit ${input + 1}` : side.data.features[input];
  const to = layer < side.sizes.length - 2 ? `unit ${unit + 1}` : outputName(side, unit);
  return [`${from} → ${to}`, `weight: ${number(values[input * width + unit])}`];
}

export const outputName = (side, unit) => (side.sizes.at(-1) > 1 ? side.data.classes[unit] : "output");
