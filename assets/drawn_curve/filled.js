/** What is missing of a curve that was drawn in a hurry. */

/**
 * `heights` from 0 to 1 with those that are missing between and beside the others filled in.
 *
 * @param {(number | null)[]} heights
 */
export function filled(heights) {
  const known = heights.flatMap((height, i) => (height === null ? [] : [i]));
  if (!known.length) return heights;
  /** @param {number} at */
  const height = (at) => /** @type {number} */ (heights[at]);
  return heights.map((own, i) => {
    if (own !== null) return own;
    const before = known.findLast((at) => at < i) ?? known[0];
    const after = known.find((at) => at > i) ?? known[known.length - 1];
    const share = after === before ? 0 : (i - before) / (after - before);
    return height(before) + share * (height(after) - height(before));
  });
}
