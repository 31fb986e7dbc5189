/** Made-up values, the same at each run. */

/** Numbers in [0, 1): the minimal standard generator of Park and Miller. */
export function uniform(seed) {
  let state = seed;
  return () => {
    state = (48271 * state) % 2147483647;
    return (state - 1) / 2147483646;
  };
}

/** As many values around `mean`, about normal: the sum of twelve uniform ones. */
export function normal(count, seed, mean = 0, deviation = 1) {
  const next = uniform(seed);
  const sum = () => Array.from({ length: 12 }, next).reduce((a, b) => a + b);
  return Array.from({ length: count }, () => mean + deviation * (sum() - 6));
}
