/** Where the tour's card lies beside what it speaks of. */

const GAP = 12;

/**
 * The card's left upper corner: below `target` if there is room, else above it, else at the lower
 * edge of the window, never beyond an edge. All are in CSS pixels of the window.
 *
 * @typedef {{ left: number, top: number, width: number, height: number }} Box
 * @param {Box} target
 * @param {{ width: number, height: number }} card
 * @param {{ width: number, height: number }} view
 */
export function placed(target, card, view) {
  const left = Math.min(Math.max(GAP, target.left), Math.max(GAP, view.width - card.width - GAP));
  const below = target.top + target.height + GAP;
  const above = target.top - GAP - card.height;
  if (below + card.height <= view.height) return { left, top: Math.max(GAP, below) };
  if (above >= GAP) return { left, top: above };
  const beside = target.left + target.width + GAP;
  const lowest = Math.max(GAP, view.height - card.height - GAP);
  return { left: beside + card.width <= view.width ? beside : left, top: lowest };
}
