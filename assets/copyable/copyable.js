/** Text with a button that copies it, also over plain http, where there is no `navigator.clipboard`. */

import { Mounted } from "../shared/component.js";
import { element, styleLink, withRole } from "../shared/dom.js";
import { _ } from "../shared/words.js";

class Copyable {
  #root = element("section", "copyable");
  #text = element("pre", "copyable-text");
  #button = element("button", "copyable-button", _("Copy"));
  #outcome = withRole(element("span", "copyable-outcome"), "status");

  /** @param {Parent} parent */
  constructor(parent) {
    this.#text.tabIndex = 0; // who has no mouse can scroll it
    this.#button.type = "button";
    this.#button.onclick = () => this.#copy();
    const row = element("div", "copyable-row", this.#button, this.#outcome);
    this.#root.append(this.#text, row);
    const style = new URL("copyable.css", import.meta.url).href;
    parent.append(styleLink(style), this.#root);
  }

  /** @param {Drawn<Messages.CopyableData>} component */
  render({ data: { text, name } }) {
    if (this.#text.textContent !== text && this.#outcome.textContent) {
      // as when a field was still being typed in when the button was pressed
      this.#outcome.textContent = _("The {name} has changed: copy it again.", { name });
    }
    this.#text.textContent = text;
    this.#text.setAttribute("aria-label", name);
    this.#button.setAttribute("aria-label", _("Copy the {name}", { name }));
  }

  #copy() {
    const done = this.#copied();
    if (!done) window.getSelection()?.selectAllChildren(this.#text);
    const keys = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘C" : "Ctrl-C";
    this.#outcome.textContent = done
      ? _("Copied.")
      : _("The text is selected: copy it with {keys}.", { keys });
  }

  /** Whether the browser has copied. The field stands in here: a dialog keeps the focus inside. */
  #copied() {
    const field = element("textarea", "copyable-field");
    field.value = this.#text.textContent;
    field.readOnly = true;
    this.#root.append(field);
    field.select();
    const done = document.execCommand("copy");
    this.#button.focus();
    field.remove();
    return done;
  }
}

export default new Mounted(Copyable).render;
