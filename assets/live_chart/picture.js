/** A panel as a picture to keep: in light colours and at the size it is printed at. */

import { letters, plain } from "./axes.js";

/** @import { Shown } from "./types.d.ts" */

/** CSS pixels. A text of 12 is one of 7 points where the picture is 16 cm wide. */
export const SIZE = { width: 800, height: 500 };
const PIXELS = 4; // of a PNG, for one of these
const LINE = 17;
const NEAR = 6; // from the labels of an axis to its title
const LETTERS = 120; // in a line below the title
const PIECES = /[^ \u2e80-\uffef]*[\u2e80-\uffef]|[^ ]+| /g;
// A picture does not carry the page's own font: what is measured in that one would not fit.
const FONT = "Helvetica, Arial, sans-serif";

/**
 * The words in lines of at most so many letters; after a Chinese one a line may always end.
 *
 * @param {string} text
 * @param {number} most
 */
function broken(text, most) {
  const lines = [""];
  for (const piece of text.match(PIECES) ?? []) {
    const line = lines.at(-1) + piece;
    if (letters(line.trimEnd()) <= most) lines[lines.length - 1] = line;
    else lines.push(piece.trimStart());
  }
  return lines.map((line) => line.trimEnd());
}

/**
 * One of the drawn curves as Plotly's traces: its band, its single values, and the line itself.
 *
 * @param {Shown} shown
 */
function traces({ name, behind, lines, style }) {
  const { color, width, dash, faint, band, marked, apart, hollow, background } = style;
  const common = { type: "scatter", mode: "lines", showlegend: false, hoverinfo: "skip" };
  return [
    { ...common, ...lines.band, fill: "toself", fillcolor: band, line: { width: 0 } },
    {
      ...common,
      ...lines.faint,
      mode: apart ? "lines+markers" : "lines",
      line: { color: faint, width: 1 },
      marker: { color: faint, size: 7 },
    },
    {
      ...common,
      ...lines.bold,
      name: plain(name),
      showlegend: true,
      legendrank: behind ? 2 : 1,
      cliponaxis: false,
      mode: marked ? "lines+markers" : "lines",
      line: { color, width, dash },
      marker: { color: hollow ? background : color, size: 7, line: { color, width: 1.25 } },
    },
  ];
}

/**
 * Have the browser keep a picture of curves in a layout of `SIZE`, as "png" or "svg".
 *
 * The title stands above it, with the lines that say what it is of; the legend below.
 *
 * @param {any} Plotly
 * @param {string} format
 * @param {{
 *   layout: any, shown: Shown[], title: string, lines: string[], background: string,
 *   filename: string,
 * }} picture
 */
export function save(Plotly, format, { layout, shown, title, lines, background, filename }) {
  const below = lines.flatMap((line) => broken(line, LETTERS)).map(plain);
  const head = LINE * (below.length + 2);
  const small = `<br><span style="font-size: 12px">${below.join("<br>")}</span>`;
  const picture = {
    ...layout,
    height: SIZE.height + head,
    font: { ...layout.font, family: FONT },
    paper_bgcolor: background,
    margin: { ...layout.margin, t: layout.margin.t + head, l: layout.margin.l + 2 * NEAR },
    yaxis: { ...layout.yaxis, title: { ...layout.yaxis.title, standoff: NEAR } },
    title: {
      text: `<b>${plain(title)}</b>${small}`,
      font: { size: 16 },
      x: 0,
      xanchor: "left",
      y: 1,
      yanchor: "top",
      pad: { l: 12, t: 24 },
    },
    showlegend: true,
    // Plotly makes the margin as large as the legend below the axis' title needs it
    legend: { orientation: "h", x: 0, y: -layout.margin.b / SIZE.height, yanchor: "top" },
  };
  return Plotly.downloadImage(
    { data: shown.flatMap(traces), layout: picture },
    {
      format,
      filename,
      width: picture.width,
      height: picture.height,
      scale: format === "png" ? PIXELS : 1,
    },
  );
}
