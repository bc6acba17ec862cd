import { expect, test } from "bun:test";
import { missingPackages, refuseFolder, refuseMachine } from "./requirements.ts";

const able = { platform: "linux", uid: 0, has: () => true };

test("a machine that has all of it is taken", () => {
  expect(() => refuseMachine(able)).not.toThrow();
});

test("another system and another user are refused, with what may serve there", () => {
  for (const facts of [
    { ...able, platform: "darwin" },
    { ...able, uid: 1000 },
  ]) {
    expect(() => refuseMachine(facts)).toThrow(
      expect.objectContaining({ code: "unavailable", mend: expect.stringContaining("kind or k3d") }),
    );
  }
});

test("missing packages are named with the command that installs them", () => {
  const facts = { ...able, has: (program: string) => !["etcd", "/usr/lib/cni/bridge"].includes(program) };
  expect(missingPackages(facts)).toEqual(["containernetworking-plugins", "etcd-server"]);
  expect(() => refuseMachine(facts)).toThrow(
    expect.objectContaining({
      mend: expect.stringContaining(
        "apt-get install --no-install-recommends containernetworking-plugins etcd-server",
      ),
    }),
  );
});

test("a folder that the cluster's mounts would cover is refused", () => {
  expect(() => refuseFolder("/var/lib/clusters/one")).toThrow("lies in /var/lib");
  expect(() => refuseFolder("/var/library")).not.toThrow();
});
