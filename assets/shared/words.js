/**
 * What the scripts say, in the language of the page: the code speaks English, and what it says is
 * looked up here. What the page's language has no words for is said in English.
 */

const ENGLISH = "en";

/** The page's language, its words by the English ones, and the way of these to the browser. */
let spoken = ENGLISH;
/** @type {Record<string, string>} */
let words = {};
let coming = Promise.resolve();

/**
 * Have all scripts of the page speak `language` from now on; resolves once its words are here.
 *
 * @param {string} language
 */
export function speak(language) {
  if (language !== spoken) {
    spoken = language;
    coming = fetched(language).then((found) => {
      if (language === spoken) words = found;
    });
  }
  return coming;
}

/** The language that the page speaks. */
export const language = () => spoken;

/**
 * `text` in the page's language, with `values` in its holes: `_("{count} steps", { count: 3 })`.
 *
 * @typedef {Record<string, string | number>} Values
 * @param {string} text
 * @param {Values} values
 */
export function _(text, values = {}) {
  return filled(words[text] ?? text, values);
}

/**
 * The same of a text about one thing or `many`; `count` stands in its hole {count}, if it has one.
 *
 * @param {string} one
 * @param {string} many
 * @param {number} count
 * @param {Values} values
 */
export function n_(one, many, count, values = {}) {
  return filled(words[one] ?? (count === 1 ? one : many), { count, ...values });
}

/**
 * Marks a text, for example in a table, which `_` translates when it is shown.
 *
 * @param {string} text
 */
export const phrase = (text) => text;

/**
 * @param {string} text
 * @param {Values} values
 */
function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (hole, name) => String(values[name] ?? hole));
}

/**
 * @param {string} language
 * @returns {Promise<Record<string, string>>}
 */
async function fetched(language) {
  if (language === ENGLISH) return {};
  try {
    return await (await fetch(new URL(`../words/${language}.json`, import.meta.url))).json();
  } catch {
    return {}; // the server is away
  }
}
