import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { seedDatabase } from "../../../store/read/testing.ts";
import { type TestWeb, testWeb } from "../../testing.ts";
import { pages } from "./index.ts";

// The first test of a process starts the server.
setDefaultTimeout(60_000);

let web: TestWeb;
beforeAll(async () => {
  web = await testWeb({ pages });
  await seedDatabase(web.store.db, "shop");
});
afterAll(() => web.stop());

const press = (key: string) =>
  web.fetch("/databases/shop/trigger", { method: "POST", body: new URLSearchParams({ key }) });

test("the same press of Trigger leads to the same run", async () => {
  const [first, again, other] = [await press("a"), await press("a"), await press("b")];
  expect(first.status).toBe(303);
  expect(again.headers.get("location")).toBe(first.headers.get("location"));
  expect(other.headers.get("location")).not.toBe(first.headers.get("location"));
});

test("a press with a key that the store could not keep is the client's fault, not a defect", async () => {
  for (const key of ["", "a\0b", "é", "x".repeat(201)]) expect((await press(key)).status).toBe(400);
});
