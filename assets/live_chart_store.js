/**
 * The rows of one run as the browser keeps them: tables that only grow, split by member.
 *
 * A message states for each table at which row its rows start. That alone makes delivery safe:
 * rows already here are skipped (a repeated message), a start beyond what is here is a gap (a
 * missed message) and is reported, so that the missing rows can be asked for.
 */

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
 * Read one message: four bytes of header length (little-endian), a JSON header, then the columns
 * in the header's order. An integer column is sent as its distance from `base`.
 */
export function decode(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  let offset = 4 + length;
  for (const table of Object.values(header.tables)) {
    table.values = {};
    for (const [name, type, base] of table.columns) {
      const size = table.rows * TYPES[type].BYTES_PER_ELEMENT;
      // slice copies, so that the typed array starts at an aligned address
      const column = new TYPES[type](bytes.slice(offset, offset + size).buffer);
      table.values[name] = base ? Float64Array.from(column, (value) => value + base) : column;
      offset += size;
    }
    for (const [name, texts] of Object.entries(table.texts ?? {})) table.values[name] = texts;
  }
  return header;
}

/** One table: how many rows have arrived, and its columns member by member. */
class Table {
  rows = 0;
  members = new Map();

  append(values, first, count) {
    const names = Object.keys(values);
    for (let row = first; row < count; row++) {
      const member = this.#member(values.member[row], names, values);
      for (const name of names) member[name].push(values[name][row]);
    }
    this.rows += Math.max(0, count - first);
  }

  #member(id, names, values) {
    let member = this.members.get(id);
    if (!member) {
      member = Object.fromEntries(
        names.map((name) => [name, Array.isArray(values[name]) ? [] : new Column()]),
      );
      this.members.set(id, member);
    }
    return member;
  }
}

/** All tables of one run. */
export class Store {
  run = null;
  #tables = new Map();

  /** The table of that name; an empty one when nothing of it has arrived. */
  table(name) {
    if (!this.#tables.has(name)) this.#tables.set(name, new Table());
    return this.#tables.get(name);
  }

  clear() {
    this.#tables.clear();
  }

  /** Rows here, by table: what is told to the server when something is missing. */
  get rows() {
    return Object.fromEntries([...this.#tables].map(([name, table]) => [name, table.rows]));
  }

  /** Take in a decoded message. Says whether another run began and whether rows are missing. */
  apply(message) {
    const restarted = message.run !== this.run;
    if (restarted) this.clear();
    this.run = message.run;
    let missing = false;
    for (const [name, part] of Object.entries(message.tables)) {
      const table = this.table(name);
      if (part.start > table.rows) missing = true;
      else table.append(part.values, table.rows - part.start, part.rows);
    }
    return { restarted, missing };
  }
}
