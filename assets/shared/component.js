/** Components of Streamlit, each an instance of a class that lives as long as its element. */
import { language } from "./words.js";

const LEAVE = Symbol.for("dqn-lab.leave"); // which other versions of this script know, too

/**
 * The instances of `Component`, by the elements that they are in. A component is made with its
 * element, has `render(component)` called at each draw of the page, with Streamlit's `data` and
 * `setTriggerValue`, and, if it has one, `dispose()` when the element has left the page. Where the
 * page speaks another language, or the server was started again with another version of the
 * component, another instance takes its place.
 *
 * @template {{ render(component: Drawn): void, dispose?(): void }} Instance
 */
export class Mounted {
  #Component;
  /** @type {WeakMap<Parent, { instance: Instance, language: string }>} */
  #instances = new WeakMap();

  /** @param {new (parent: Parent) => Instance} Component */
  constructor(Component) {
    this.#Component = Component;
  }

  /**
   * The instance in an element, if there is one.
   *
   * @param {Parent} parent
   */
  get(parent) {
    return this.#instances.get(parent)?.instance;
  }

  /**
   * What Streamlit calls at each draw; returns the clean-up.
   *
   * @param {Drawn} component
   */
  render = (component) => {
    const parent = component.parentElement;
    if (this.#instances.get(parent)?.language !== language()) {
      /** @type {Parent & { [LEAVE]?: () => void }} */
      const place = parent;
      if (place[LEAVE]) {
        place[LEAVE]();
        place.replaceChildren();
      }
      const instance = new this.#Component(parent);
      this.#instances.set(parent, { instance, language: language() });
      place[LEAVE] = () => this.#leave(parent);
    }
    this.get(parent)?.render(component);
    return () => {
      // Streamlit also cleans up after a superseded call: only the end of the element counts.
      if (!parent.isConnected) this.#leave(parent);
    };
  };

  /** @param {Parent} parent */
  #leave(parent) {
    this.get(parent)?.dispose?.();
    this.#instances.delete(parent);
  }
}
