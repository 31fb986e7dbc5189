// What the duel in the browser and the game on the server are made of.

/** The style sheets of these files, which lie beside this one. */
export function sheets(...names) {
  return Promise.all(
    names.map(async (name) => {
      const style = new CSSStyleSheet();
      style.replaceSync(await (await fetch(new URL(name, import.meta.url))).text());
      return style;
    }),
  );
}

export function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}
