import { expect, test } from "bun:test";
import { compileIgnore } from "../catalog/ignore.ts";
import { type CatalogObject, FORMAT_VERSION, type Snapshot } from "../catalog/model.ts";
import { atOnce } from "../slices.ts";
import { standingOf } from "./standing.ts";

const snapshot = (...objects: CatalogObject[]): Snapshot => ({
  format: FORMAT_VERSION,
  serverVersionNum: 180000,
  objects,
  unreadable: [],
});
const role = (name: string): CatalogObject => ({ kind: "role", name, identity: name, attributes: {} });
const schema = (owner: string): CatalogObject => ({
  kind: "schema",
  name: "s",
  identity: "s",
  attributes: { owner },
});

test("roles that the database does not name are no drift; one that owns something is", () => {
  const stand = (...objects: CatalogObject[]) =>
    atOnce(
      standingOf(
        { state: "present", snapshot: snapshot(role("ann"), schema("ann")), hash: "" },
        snapshot(...objects),
        compileIgnore([]),
      ),
    );
  expect(stand(role("ann"), role("other"), schema("ann")).state).toBe("synced");
  const drifted = stand(role("ann"), role("bob"), schema("bob"));
  expect(drifted.drift.map(({ action, identity }) => `${action} ${identity}`).sort()).toEqual([
    "added bob",
    "altered s",
  ]);
});
