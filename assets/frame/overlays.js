/** What Streamlit says above a page, in tooltips and dialogs of its own: it knows English alone. */

import { _ } from "../shared/words.js";

/** @returns {Record<string, string>} */
const words = () => ({
  "Show/hide columns": _("Show or hide columns"),
  "Download as CSV": _("Download as CSV"),
  Search: _("Search"),
  Fullscreen: _("Fullscreen"),
  "Close fullscreen": _("Close fullscreen"),
  "Select all": _("Select all"),
  "Connection error": _("The server does not answer"),
  "Streamlit server is not responding. Are you connected to the internet?": _(
    "The page goes on by itself once the server answers again.",
  ),
});

/** @param {Element} overlay */
function translate(overlay) {
  const known = words();
  for (const node of overlay.querySelectorAll("p, h2, label span, [role=dialog] div")) {
    const text = node.firstChild;
    // React goes on with a text whose node stays.
    if (text instanceof Text && text.data in known) text.data = known[text.data];
  }
}

/** They lie beside the page, each kind in an element of its own that comes when it is needed. */
export function translateOverlays() {
  const inside = new MutationObserver((changes) => {
    for (const { target } of changes) if (target instanceof Element) translate(target);
  });
  const take = () => {
    for (const overlay of document.body.children) {
      if (overlay.matches("#root, script, noscript, svg")) continue;
      inside.observe(overlay, { childList: true, subtree: true });
      translate(overlay);
    }
  };
  new MutationObserver(take).observe(document.body, { childList: true });
  take();
}
