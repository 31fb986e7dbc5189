/** Components of Streamlit, each an instance of a class that lives as long as its element. */

/**
 * The instances of `Component`, by the elements that they are in. A component is made with its
 * element, has `render(component)` called at each draw of the page, with Streamlit's `data` and
 * `setTriggerValue`, and, if it has one, `dispose()` when the element has left the page.
 */
export class Mounted {
  #Component;
  #instances = new WeakMap();

  constructor(Component) {
    this.#Component = Component;
  }

  /** The instance in an element, if there is one. */
  get(parent) {
    return this.#instances.get(parent);
  }

  /** What Streamlit calls at each draw; returns the clean-up. */
  render = (component) => {
    const parent = component.parentElement;
    if (!this.#instances.has(parent)) this.#instances.set(parent, new this.#Component(parent));
    this.get(parent).render(component);
    return () => {
      // Streamlit also cleans up after a superseded call: only the end of the element counts.
      if (parent.isConnected) return;
      this.get(parent)?.dispose?.();
      this.#instances.delete(parent);
    };
  };
}
