import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { placeOf } from "./place.ts";

const folder = mkdtempSync(join(tmpdir(), "place-"));
afterAll(() => rmSync(folder, { recursive: true }));
const env = { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" };
const CLAIMS = {
  namespace: "schemawatch-dev",
  serviceaccount: { name: "worker", uid: "4b1f" },
  pod: { name: "worker-1", uid: "5c2e" },
};
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const tokenOf = (claims: object) =>
  `e30.${Buffer.from(JSON.stringify({ "kubernetes.io": claims })).toString("base64url")}.sig`;

test("where a process runs is read from its pod, its token whenever it is needed", async () => {
  write("ca.crt", "a certificate\n");
  write("token", `${tokenOf(CLAIMS)}\n`);
  const place = await placeOf(env, folder);
  expect(place).toMatchObject({
    url: "https://10.0.0.1:443",
    ca: "a certificate",
    namespace: "schemawatch-dev",
    account: { name: "worker", uid: "4b1f" },
    pod: "worker-1",
  });
  expect(await place.token()).toBe(tokenOf(CLAIMS));
  write("token", "a newer one\n");
  expect(await place.token()).toBe("a newer one");
  expect(
    (await placeOf({ ...env, KUBERNETES_SERVICE_HOST: "fd00::1" }, folder).catch(() => null))?.url,
  ).toBeUndefined();
  write("token", tokenOf(CLAIMS));
  expect((await placeOf({ ...env, KUBERNETES_SERVICE_HOST: "fd00::1" }, folder)).url).toBe(
    "https://[fd00::1]:443",
  );
});

test("outside of a cluster, or without a token of its pod, it says what to do", async () => {
  await expect(placeOf({}, folder)).rejects.toMatchObject({
    code: "invalid",
    message: "This worker does not run in a Kubernetes cluster, so it can make no Job.",
    mend: expect.stringContaining("kubernetes-jobs"),
  });
  await expect(placeOf(env, join(folder, "none"))).rejects.toMatchObject({
    message: expect.stringMatching(/has no .*\/(ca\.crt|token) \(ENOENT\)/),
    mend: expect.stringContaining("mounts the worker's service account token"),
  });
  for (const text of ["", "not.a.token", tokenOf({ namespace: "schemawatch-dev" })]) {
    write("token", text);
    await expect(placeOf(env, folder)).rejects.toThrow(/is not bound to its pod/);
  }
});
