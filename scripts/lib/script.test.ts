import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { AppError } from "../../service/errors.ts";
import { run } from "./exec.ts";
import { digestIn, readEnvironment, withDigest } from "./overlay.ts";
import { readDuration, type Script, sayDuration } from "./script.ts";
import { commitImages, imageText, runTestScript, testCheckout, testDigest } from "./testing.ts";
import { ROOT } from "./tools.ts";

test.each(["bootstrap", "diff", "pin", "promote", "rollback", "secrets", "validate"])(
  "%s --help prints its usage and ends with 0; an unknown flag ends with 2 and names it",
  async (name) => {
    const command = ["bun", join(ROOT, "scripts", `${name}.ts`)];
    const help = await run([...command, "--help"]);
    expect(help).toMatchObject({ status: 0, stderr: "" });
    expect(help.stdout).toStartWith(`Usage: bun scripts/${name}.ts`);
    const unknown = await run([...command, "--loud"]);
    expect(unknown.status).toBe(2);
    expect(unknown.stderr).toContain("'--loud'");
  },
);

describe("how a script ends", () => {
  const ending = (thrown: unknown): Script => ({ name: "it", help: "", run: () => Promise.reject(thrown) });
  const end = (thrown: unknown) => runTestScript(ending(thrown), [], { root: "/" });

  test("a refusal is 1, anything else that went wrong is 2", async () => {
    expect(await end(new AppError("conflict", "No.", { mend: "Wait." }))).toEqual({
      status: 1,
      out: "",
      err: "it: No. Wait.",
    });
    expect(await end(new AppError("forbidden", "No."))).toMatchObject({ status: 1 });
    for (const code of ["invalid", "not_found", "unavailable", "timeout"] as const) {
      expect(await end(new AppError(code, "No."))).toMatchObject({ status: 2 });
    }
  });

  test("a defect shows where it is, and no password", async () => {
    const { status, err } = await end(new Error("postgres://ada:hunter2@host"));
    expect(status).toBe(2);
    expect(err).toContain("script.test.ts");
    const named = await end(new AppError("invalid", "Cannot read postgres://ada:hunter2@host."));
    expect(named.err).not.toContain("hunter2");
  });
});

test("durations are read and said", () => {
  expect(["90s", "30m", "2h", "1d"].map((text) => readDuration("soak", text))).toEqual([
    90_000, 1_800_000, 7_200_000, 86_400_000,
  ]);
  for (const text of ["", "30", "m", "1.5h", "-1m"])
    expect(() => readDuration("soak", text)).toThrow("no duration");
  expect([0, 59_000, 60_000, 7_199_000, 7_200_000].map(sayDuration)).toEqual([
    "0 s",
    "59 s",
    "1 min",
    "119 min",
    "2 h",
  ]);
});

test("an image file says exactly one digest, and only that line is replaced", async () => {
  expect(digestIn(imageText(testDigest("a")), "it")).toBe(testDigest("a"));
  expect(() => digestIn("images: []\n", "it")).toThrow("it names 0 digests");
  expect(() => digestIn(imageText(testDigest("a")) + imageText(testDigest("b")), "it")).toThrow(
    "names 2 digests",
  );
  expect(() => digestIn("    digest: sha256:abc\n", "it")).toThrow("names 0 digests");
  using checkout = await testCheckout([]);
  await commitImages(checkout, { dev: `"${testDigest("a")}" # why` });
  expect(withDigest(checkout.root, "dev", testDigest("b"))).toBe(imageText(`"${testDigest("b")}" # why`));
  expect(() => withDigest(checkout.root, "dev", "latest")).toThrow("latest is no digest");
  expect(() => withDigest(checkout.root, "prod", testDigest("b"))).toThrow(
    "overlays/prod/image/kustomization.yaml is missing",
  );
  expect(() => readEnvironment("qa")).toThrow("There is no environment qa");
});
