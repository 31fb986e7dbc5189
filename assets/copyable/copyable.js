/** Text with a button that copies it, also over plain http, where there is no `navigator.clipboard`. */

const make = (tag, name, words = "") =>
  Object.assign(document.createElement(tag), { className: name, textContent: words });

/** The text of each element that has one. */
const texts = new WeakMap();

class Copyable {
  #root = make("section", "copyable");
  #text = make("pre", "copyable-text");
  #button = make("button", "copyable-button", "Copy");
  #outcome = make("span", "copyable-outcome");

  constructor(parent) {
    const style = Object.assign(document.createElement("link"), {
      rel: "stylesheet",
      href: new URL("copyable.css", import.meta.url).href,
    });
    const row = make("div", "copyable-row");
    this.#text.tabIndex = 0; // who has no mouse can scroll it
    this.#button.type = "button";
    this.#button.onclick = () => this.#copy();
    this.#outcome.setAttribute("role", "status");
    row.append(this.#button, this.#outcome);
    this.#root.append(this.#text, row);
    parent.append(style, this.#root);
  }

  show({ text, name }) {
    if (this.#text.textContent !== text && this.#outcome.textContent) {
      // as when a field was still being typed in when the button was pressed
      this.#outcome.textContent = `The ${name} has changed: copy it again.`;
    }
    this.#text.textContent = text;
    this.#text.setAttribute("aria-label", name);
    this.#button.setAttribute("aria-label", `Copy the ${name}`);
  }

  #copy() {
    const done = this.#copied();
    if (!done) window.getSelection().selectAllChildren(this.#text);
    const keys = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘C" : "Ctrl-C";
    this.#outcome.textContent = done ? "Copied." : `The text is selected: copy it with ${keys}.`;
  }

  /** Whether the browser has copied. The field stands in here: a dialog keeps the focus inside. */
  #copied() {
    const field = make("textarea", "copyable-field");
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

/** Show the text in the element of a Streamlit component. */
export default function render({ data, parentElement }) {
  if (!texts.has(parentElement)) texts.set(parentElement, new Copyable(parentElement));
  texts.get(parentElement).show(data);
}
