// Places between snapshots, and the epochs they stand for.

/** The block of a tensor [T, ...] at a place between two snapshots. */
export function mix(tensor, place) {
  const size = tensor.values.length / tensor.shape[0];
  const first = Math.floor(place), share = place - first;
  const from = tensor.values.subarray(first * size, (first + 1) * size);
  if (share === 0) return Float64Array.from(from);
  const to = tensor.values.subarray((first + 1) * size, (first + 2) * size);
  return Float64Array.from(from, (value, i) => value + share * (to[i] - value));
}

/** Where an epoch lies among increasing epochs: 2.5 is halfway between the third and the fourth. */
export function placeOf(epochs, epoch) {
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

export function epochAt(clock, time) {
  const first = Math.floor(time), next = Math.min(first + 1, clock.length - 1);
  return clock[first] + (time - first) * (clock[next] - clock[first]);
}
