/** Where the units of a network are drawn, and how strong its wires are. */

const MARGIN = 6;

/**
 * The column of each layer, and the place and height of its units, in a box of that size.
 *
 * @param {number[][]} units
 * @param {number} width
 * @param {number} height
 */
export function columns(units, width, height) {
  const step = (width - 2 * MARGIN) / Math.max(1, units.length - 1);
  return units.map((layer, index) => {
    const pitch = (height - 2 * MARGIN) / layer.length;
    const size = Math.min(pitch, 14);
    return {
      x: MARGIN + index * step,
      size,
      y: (/** @type {number} */ unit) => MARGIN + (unit + 0.5) * pitch,
    };
  });
}

/**
 * The largest absolute value, 1 where all are 0: what a colour or a width is a share of.
 *
 * @param {number[]} values
 */
export const largest = (values) => Math.max(0, ...values.map(Math.abs)) || 1;

/**
 * Wires as objects; they come as from, to, weight, one after the other.
 *
 * @param {number[]} flat
 */
export function wiresOf(flat) {
  const wires = [];
  for (let i = 0; i < flat.length; i += 3) {
    wires.push({ from: flat[i], to: flat[i + 1], weight: flat[i + 2] });
  }
  return wires;
}
