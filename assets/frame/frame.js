/** What every page needs: its address and language, what keys do, and what is for those who cannot see. */
import "./focus.js";
import "./keys.js";
import "./sheet.js";
import "./number_box.js";

import keepAddress from "./address.js";
import tellLanguage from "./language.js";
import { translateOverlays } from "./overlays.js";
import { explainSymbols } from "./symbols.js";

translateOverlays();

/** Streamlit's link over the sidebar's many controls brings to the first button of the page. */
document.addEventListener("click", ({ target }) => {
  if (!(target instanceof Element && target.closest("[data-testid=stSkipToContent]"))) return;
  /** @type {HTMLElement | null} */
  const first = document.querySelector("[data-testid=stMain] button[kind=primary]:enabled");
  first?.focus();
});

/**
 * The link of the page that is shown is marked, and not for the eye alone.
 *
 * @param {number} position
 */
function markPage(position) {
  document.querySelectorAll(".st-key-navigation a").forEach((link, index) => {
    link.setAttribute("aria-current", index === position ? "page" : "false");
  });
}

/** @param {Drawn<Messages.FrameData>} component */
export default function render(component) {
  tellLanguage(component.data);
  markPage(component.data.page);
  explainSymbols(component.data.symbols);
  keepAddress(component);
}
