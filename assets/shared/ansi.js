/** Text as environments write it for a terminal: with ANSI codes that colour it. */

const INKS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
// eslint-disable-next-line no-control-regex -- each code begins with one
const CODE = /(\x1b\[[0-9;]*[A-Za-z])/;

/**
 * The style after a code; codes that do not colour leave it as it is.
 *
 * @typedef {{ ink?: string, ground?: string, bold?: boolean }} Style
 * @param {Style} style
 * @param {string} code
 * @returns {Style}
 */
function styled(style, code) {
  if (!code.endsWith("m")) return style;
  for (const number of code.slice(2, -1).split(";").map(Number)) {
    if (number === 0) style = {};
    if (number === 1) style = { ...style, bold: true };
    if (number >= 30 && number <= 37) style = { ...style, ink: INKS[number - 30] };
    if (number >= 40 && number <= 47) style = { ...style, ground: INKS[number - 40] };
  }
  return style;
}

/**
 * The text in pieces of one style: `text` and, where it has them, `ink`, `ground` and `bold`.
 *
 * @param {string} text
 */
export function pieces(text) {
  /** @type {(Style & { text: string })[]} */
  const found = [];
  /** @type {Style} */
  let style = {};
  text.split(CODE).forEach((piece, index) => {
    if (index % 2) style = styled(style, piece);
    else if (piece) found.push({ text: piece, ...style });
  });
  return found;
}

/**
 * The text without its codes.
 *
 * @param {string} text
 */
export const plain = (text) =>
  pieces(text)
    .map((piece) => piece.text)
    .join("");
