import assert from "node:assert/strict";
import test from "node:test";

import { Column, decode, Store } from "../../../assets/live_chart/store.js";
import { packed } from "../messages.js";

/** An answer with these returns of two members in turn, the first of them in row `start`. */
function news(start, returns, run = "a") {
  const member = Uint8Array.from(returns, (_, i) => (start + i) % 2);
  return {
    run,
    stopped: [],
    tables: {
      episodes: {
        start,
        rows: returns.length,
        values: { member, return: Float64Array.from(returns) },
      },
    },
  };
}

const returnsOf = (store, member) => [
  ...(store.table("episodes").members.get(member)?.return.values ?? []),
];

test("a column grows beyond the room that it began with", () => {
  const column = new Column();
  for (let i = 0; i < 200; i++) column.push(i);
  assert.deepEqual(
    [...column.values],
    Array.from({ length: 200 }, (_, i) => i),
  );
});

test("an answer is read column by column, whole numbers as distances from a base", () => {
  const table = { start: 5, rows: 2, columns: [], texts: { label: ["γ 1", "γ 2"] } };
  table.columns = [
    ["member", "u1", 0],
    ["env_step", "u2", 1_000_000],
    ["return", "f8", 0],
  ];
  const columns = [Uint8Array.of(0, 1), Uint16Array.of(3, 65535), Float64Array.of(-1.5, NaN)];
  const { values } = decode(packed({ run: "a", tables: { table } }, ...columns)).tables.table;
  assert.deepEqual(
    Object.fromEntries(Object.entries(values).map(([name, column]) => [name, [...column]])),
    {
      member: [0, 1],
      env_step: [1_000_003, 1_065_535],
      return: [-1.5, NaN],
      label: ["γ 1", "γ 2"],
    },
  );
});

test("rows that are here already are skipped, and those of each member stay apart", () => {
  const store = new Store();
  store.apply(news(0, [1, 10, 2]));
  store.apply(news(1, [10, 2, 20, 3]));
  assert.deepEqual(
    [returnsOf(store, 0), returnsOf(store, 1)],
    [
      [1, 2, 3],
      [10, 20],
    ],
  );
  assert.deepEqual(store.rows, { episodes: 5 });
});

test("an answer with a gap before it is left alone", () => {
  const store = new Store();
  store.apply(news(0, [1, 10]));
  store.apply(news(3, [20]));
  assert.deepEqual(store.rows, { episodes: 2 });
});

test("another run begins with nothing", () => {
  const store = new Store();
  assert.equal(store.apply(news(0, [1, 10])), true);
  assert.equal(store.apply(news(2, [2])), false);
  assert.equal(store.apply(news(0, [7], "b")), true);
  assert.deepEqual([returnsOf(store, 0), returnsOf(store, 1)], [[7], []]);
});
