import { beforeAll, expect, test } from "bun:test";
import { compileIgnore } from "../catalog/ignore.ts";
import {
  type CatalogObject,
  compareObjects,
  FORMAT_VERSION,
  type Kind,
  type Snapshot,
} from "../catalog/model.ts";
import { packObjects } from "../catalog/packed.ts";
import { formatSnapshot, parseSlices } from "../catalog/text.ts";
import { atOnce, inSlices, type Slices, sorted } from "../slices.ts";
import { generator } from "../testing/random.ts";
import { type Known, prepare } from "./prepare.ts";
import { standingOf } from "./standing.ts";

const TABLES = 5000;
const COLUMNS = 9;

/** Milliseconds that this thread has worked: what else the machine does is not in them. */
const worked = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

interface Course {
  /** All the work, and the most of it that others of the process had to wait for at once. */
  readonly whole: number;
  readonly longest: number;
}

/** Runs the work beside a timer, as a lease has one. */
async function course<T>(work: () => Promise<T>): Promise<Course> {
  const begun = worked();
  let [last, longest] = [begun, 0];
  const turn = () => {
    const now = worked();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(turn, 1);
  await work();
  clearInterval(timer);
  turn();
  return { whole: last - begun, longest };
}

const snapshot = (objects: readonly CatalogObject[]): Snapshot => ({
  format: FORMAT_VERSION,
  serverVersionNum: 180000,
  origin: "1:1",
  objects,
  unreadable: [],
});

/** Tables with their columns, packed as a look at a large database has them; the columns' type and place as told. */
function schemaOf(type: string, origin: number): readonly CatalogObject[] {
  const objects: CatalogObject[] = [];
  const parent = { kind: "schema" as Kind, identity: "public" };
  for (let t = 0; t < TABLES; t += 1) {
    const table = `public.t${t}`;
    const oid = origin + t;
    objects.push({
      kind: "table",
      name: `t${t}`,
      identity: table,
      parent,
      address: `pg_class:${oid}:0`,
      version: `${oid}`,
      attributes: { owner: "ann", grants: ["bob: SELECT"] },
    });
    for (let c = 1; c <= COLUMNS; c += 1)
      objects.push({
        kind: "column",
        name: `c${c}`,
        identity: `${table}.c${c}`,
        parent: { kind: "table", identity: table },
        address: `pg_class:${oid}:${c}`,
        version: `${oid}${type}`,
        attributes: { type, position: c, notNull: c === 1, default: `${t} + ${c}` },
      });
  }
  return packObjects(objects.sort(compareObjects));
}

let first: Known;
let retyped: Snapshot;
let text: string;
beforeAll(async () => {
  const objects = schemaOf("integer", 20_000);
  const content = (
    await inSlices(prepare({ id: null, content: null, mark: null, rowVersion: null }, snapshot(objects), []))
  ).content;
  first = { id: "1", content, mark: null, rowVersion: null };
  text = formatSnapshot(file(objects));
  retyped = snapshot(schemaOf("bigint", 20_000));
});

/** As a file has them. */
function file(objects: readonly CatalogObject[]): Snapshot {
  const plain = objects.map(({ kind, identity, name, parent, attributes }) => ({
    kind,
    identity,
    name,
    ...(parent && { parent }),
    attributes,
  }));
  const { origin: _origin, ...whole } = snapshot(plain);
  return whole;
}

/** What a watcher does with a look, and with its baseline. */
const WORK: readonly [string, () => Slices<unknown>][] = [
  [
    "all tables dropped",
    function* () {
      const prepared = yield* prepare(first, snapshot([]), ["public.other*"]);
      expect(prepared.changes).toHaveLength(TABLES);
    },
  ],
  [
    "all columns retyped",
    function* () {
      const prepared = yield* prepare(first, retyped, []);
      expect(prepared.changes).toHaveLength(TABLES * COLUMNS);
    },
  ],
  [
    "a baseline that is met",
    function* () {
      const objects = first.content?.snapshot.objects ?? [];
      const approved = file(objects);
      yield;
      const stands = yield* standingOf(
        { state: "present", snapshot: approved, hash: "" },
        snapshot(objects),
        compileIgnore([]),
      );
      expect(stands.state).toBe("synced");
    },
  ],
  [
    "a baseline's file",
    function* () {
      const read = yield* parseSlices(text, "baseline");
      expect(read.objects).toHaveLength(TABLES * (1 + COLUMNS));
    },
  ],
];

test.each(WORK)(
  "%s: leases and pages have their turn while it is compared",
  async (_, work) => {
    // What is compiled and collected on the way is not what is measured.
    atOnce(work());
    const { whole, longest } = await course(() => inSlices(work()));
    expect(longest).toBeLessThan(whole / 2);
  },
  60_000,
);

test("sorting in slices sorts as the runtime does, equal ones in their order", async () => {
  const random = generator(7);
  for (const length of [0, 1, 2047, 2048, 2049, 9000]) {
    const items = Array.from({ length }, (_, place) => ({ value: Math.floor(random() * 50), place }));
    const byValue = (a: { value: number }, b: { value: number }) => a.value - b.value;
    expect(await inSlices(sorted(items, byValue))).toEqual(items.toSorted(byValue));
  }
});

test("an error of work in slices is its own", async () => {
  const failing = function* (): Slices<never> {
    yield;
    throw new Error("mine");
  };
  await expect(inSlices(failing())).rejects.toThrow("mine");
});
