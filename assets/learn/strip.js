/** The replay memory as a strip of time, from the oldest transition to the newest. */

/** Where the middle of a transition lies, from 0 to `width`. */
export const placeOf = (number, { oldest, size }, width) =>
  ((number - oldest + 0.5) / Math.max(1, size)) * width;

/** The episodes that are stored, each from its first transition to behind its last one. */
export function episodes({ oldest, size, ends }) {
  const starts = [oldest, ...ends.map((end) => end + 1)];
  return starts
    .map((start, index) => [start, index < ends.length ? ends[index] + 1 : oldest + size])
    .filter(([start, end]) => end > start);
}

/** Which transition of the batch lies nearest to a place; -1 where there is no batch. */
export function nearest(place, memory, width) {
  const away = memory.batch.map((number) => Math.abs(placeOf(number, memory, width) - place));
  return away.indexOf(Math.min(...away));
}
