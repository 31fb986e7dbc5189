/** The replay memory as a strip of time, from the oldest transition to the newest. */

/**
 * Where the middle of a transition lies, from 0 to `width`.
 *
 * @param {number} number
 * @param {{ oldest: number, size: number }} memory
 * @param {number} width
 */
export const placeOf = (number, { oldest, size }, width) =>
  ((number - oldest + 0.5) / Math.max(1, size)) * width;

/**
 * The episodes that are stored, each from its first transition to behind its last one.
 *
 * @param {{ oldest: number, size: number, ends: number[] }} memory
 * @returns {[start: number, end: number][]}
 */
export function episodes({ oldest, size, ends }) {
  const starts = [oldest, ...ends.map((end) => end + 1)];
  /** @type {(start: number, index: number) => [start: number, end: number]} */
  const episode = (start, index) => [start, index < ends.length ? ends[index] + 1 : oldest + size];
  return starts.map(episode).filter(([start, end]) => end > start);
}

/**
 * Which transition of the batch lies nearest to a place; -1 where there is no batch.
 *
 * @param {number} place
 * @param {{ oldest: number, size: number, batch: number[] }} memory
 * @param {number} width
 */
export function nearest(place, memory, width) {
  const away = memory.batch.map((number) => Math.abs(placeOf(number, memory, width) - place));
  return away.indexOf(Math.min(...away));
}
