/** A symbol is explained where the pointer rests on it, whatever part of a page wrote it. */
import { explained } from "./glossary.js";

const OWN = "data-explained"; // its title is from here, and is worked out anew

document.addEventListener("pointerover", ({ target }) => {
  if (!(target instanceof HTMLElement) || (target.title && !target.hasAttribute(OWN))) return;
  // The microscope says more of each symbol; what is typed into is no text of ours.
  if (target.closest("[data-symbol], input, textarea, [contenteditable]")) return;
  const texts = [...target.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
  const words = explained(texts.map((node) => node.textContent).join(" "));
  if (!words && !target.hasAttribute(OWN)) return;
  target.title = words;
  target.toggleAttribute(OWN, words !== "");
});
