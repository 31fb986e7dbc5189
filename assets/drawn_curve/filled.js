/** What is missing of a curve that was drawn in a hurry. */

/** `heights` from 0 to 1 with those that are missing between and beside the others filled in. */
export function filled(heights) {
  const known = heights.flatMap((height, i) => (height === null ? [] : [i]));
  if (!known.length) return heights;
  return heights.map((height, i) => {
    if (height !== null) return height;
    const before = known.findLast((at) => at < i) ?? known[0];
    const after = known.find((at) => at > i) ?? known[known.length - 1];
    const share = after === before ? 0 : (i - before) / (after - before);
    return heights[before] + share * (heights[after] - heights[before]);
  });
}
