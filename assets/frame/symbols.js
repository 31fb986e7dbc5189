/** A symbol is explained where the pointer rests on it, whatever part of a page wrote it. */
import { Glossary } from "./glossary.js";

const OWN = "data-explained"; // its title is from here, and is worked out anew
let glossary = new Glossary({});

/**
 * Explain these symbols from now on, which `meanings` has a sentence for each of.
 *
 * @param {Record<string, string>} meanings
 */
export function explainSymbols(meanings) {
  glossary = new Glossary(meanings);
}

document.addEventListener("pointerover", ({ target }) => {
  if (!(target instanceof HTMLElement) || (target.title && !target.hasAttribute(OWN))) return;
  // The microscope says more of each symbol; what is typed into is no text of ours.
  if (target.closest("[data-symbol], input, textarea, [contenteditable]")) return;
  const texts = [...target.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
  const words = glossary.explained(texts.map((node) => node.textContent).join(" "));
  if (!words && !target.hasAttribute(OWN)) return;
  target.title = words;
  target.toggleAttribute(OWN, words !== "");
});
