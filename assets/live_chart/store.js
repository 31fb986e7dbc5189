/**
 * The rows of one run as the browser keeps them: tables that only grow, split by member.
 *
 * An answer states for each table at which row its rows start. That alone makes delivery safe: rows
 * already here are skipped, and an answer with a gap before it is left alone.
 */

import { unpacked } from "../shared/envelope.js";

/** @import { Cells, Columns, Growing, News } from "./types.d.ts" */

const TYPES = {
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
  f4: Float32Array,
  f8: Float64Array,
};

/** A column of numbers that grows in place. */
export class Column {
  #buffer = new Float64Array(64);
  length = 0;

  /** @param {number} value */
  push(value) {
    if (this.length === this.#buffer.length) {
      const larger = new Float64Array(2 * this.length);
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    this.#buffer[this.length++] = value;
  }

  /** The values as a view, valid until the next push. */
  get values() {
    return this.#buffer.subarray(0, this.length);
  }
}

/**
 * Read one answer: a header, then the columns in its order. An integer column is sent as its
 * distance from `base`.
 *
 * @param {Bytes} bytes
 * @returns {News}
 */
export function decode(bytes) {
  /** @type {{ header: News, body: Bytes }} */
  const { header, body } = unpacked(bytes);
  let offset = 0;
  for (const table of Object.values(header.tables)) {
    table.values = {};
    for (const [name, type, base] of table.columns) {
      const size = table.rows * TYPES[type].BYTES_PER_ELEMENT;
      // slice copies, so that the typed array starts at an aligned address
      const column = new TYPES[type](body.slice(offset, offset + size).buffer);
      table.values[name] = base ? shifted(column, base) : column;
      offset += size;
    }
    for (const [name, texts] of Object.entries(table.texts ?? {})) table.values[name] = texts;
  }
  return header;
}

/**
 * `column` with `base` added to each value: a loop is many times as fast as `from`.
 *
 * @param {ArrayLike<number>} column
 * @param {number} base
 */
function shifted(column, base) {
  const values = new Float64Array(column.length);
  for (let i = 0; i < values.length; i++) values[i] = column[i] + base;
  return values;
}

/** One table: how many rows have arrived, and its columns member by member. */
class Table {
  rows = 0;
  /** @type {Map<number, Columns>} */
  members = new Map();

  /**
   * @param {Cells} values
   * @param {number} first
   * @param {number} count
   */
  append(values, first, count) {
    const names = Object.keys(values);
    for (let row = first; row < count; row++) {
      /** @type {Record<string, Growing>} */
      const member = this.#member(Number(values.member[row]), names, values);
      for (const name of names) member[name].push(values[name][row]);
    }
    this.rows += Math.max(0, count - first);
  }

  /**
   * @param {number} id
   * @param {string[]} names
   * @param {Cells} values
   * @returns {Columns}
   */
  #member(id, names, values) {
    let member = this.members.get(id);
    if (!member) {
      const made = names.map((name) => [name, Array.isArray(values[name]) ? [] : new Column()]);
      member = /** @type {Columns} */ (Object.fromEntries(made));
      this.members.set(id, member);
    }
    return member;
  }
}

/** All tables of one run. */
export class Store {
  /** @type {string | null} */
  run = null;
  /**
   * Members that have stopped: statistics over members are of the others.
   *
   * @type {number[]}
   */
  stopped = [];
  /** @type {Map<string, Table>} */
  #tables = new Map();

  /**
   * The table of that name; an empty one when nothing of it has arrived.
   *
   * @param {string} name
   */
  table(name) {
    const table = this.#tables.get(name) ?? new Table();
    this.#tables.set(name, table);
    return table;
  }

  clear() {
    this.#tables.clear();
  }

  /** Rows here, by table. */
  get rows() {
    return Object.fromEntries([...this.#tables].map(([name, table]) => [name, table.rows]));
  }

  /**
   * Take in a decoded answer. Returns whether it is of another run than the rows here.
   *
   * @param {News} news
   */
  apply(news) {
    const restarted = news.run !== this.run;
    if (restarted) this.clear();
    this.run = news.run;
    this.stopped = news.stopped;
    const parts = Object.entries(news.tables);
    // Asked for before these rows were cleared: the next question will tell.
    if (parts.some(([name, { start }]) => start > this.table(name).rows)) return restarted;
    for (const [name, { start, rows, values }] of parts) {
      const table = this.table(name);
      table.append(values, table.rows - start, rows);
    }
    return restarted;
  }
}
