/** Elements of a page. */

const SVG = "http://www.w3.org/2000/svg";

const AWAY = 3000; // milliseconds until a file is asked for again that did not come

/**
 * A new element with what is in it: other elements, or text.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {(Node | string)[]} children
 */
export function element(tag, className = "", ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

/**
 * The same of a drawing.
 *
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} attributes
 * @param {(Node | string)[]} children
 */
export function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/**
 * A button that does `act`; `label` is for those who cannot see what is in it.
 *
 * @param {string} className
 * @param {string} label
 * @param {(() => void) | null} act
 * @param {(Node | string)[]} content
 */
export function button(className, label, act, ...content) {
  const node = element("button", className, ...content);
  node.type = "button";
  node.setAttribute("aria-label", label);
  node.onclick = act;
  return node;
}

/**
 * An element with its role, and with its name for those who cannot see it.
 *
 * @template {Element} Node
 * @param {Node} node
 * @param {string} role
 */
export const withRole = (node, role, label = "") =>
  Object.assign(node, { role, ...(label ? { ariaLabel: label } : {}) });

/**
 * What draws on a canvas: every browser has one in two dimensions.
 *
 * @param {HTMLCanvasElement | OffscreenCanvas} canvas
 * @param {CanvasRenderingContext2DSettings} settings
 */
export function pen(canvas, settings = {}) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", settings));
}

/**
 * Change a text, unless it is that already: a screen reader would read it again.
 *
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * The style sheet at an address, as an element for a component that shares the page's styles.
 *
 * @param {string} href
 */
export function styleLink(href) {
  const link = Object.assign(element("link"), { rel: "stylesheet", href });
  link.onerror = () => setTimeout(() => link.replaceWith(link), AWAY); // loads it again
  return link;
}

/**
 * The style sheets at these addresses, for components with styles of their own.
 *
 * @param {(string | URL)[]} addresses
 */
export function styleSheets(...addresses) {
  return Promise.all(
    addresses.map(async (address) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(await eventually(async () => (await fetch(address)).text()));
      return sheet;
    }),
  );
}

/**
 * What `load()` gives, which is called again until nothing fails: the server may be away.
 *
 * @template Loaded
 * @param {() => Promise<Loaded>} load
 * @returns {Promise<Loaded>}
 */
export async function eventually(load) {
  for (;;) {
    try {
      return await load();
    } catch {
      await new Promise((go) => setTimeout(go, AWAY));
    }
  }
}
