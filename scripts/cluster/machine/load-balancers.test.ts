import { expect, test } from "bun:test";
import { assignAddresses } from "./load-balancers.ts";

const service = (name: string, type: string, ip?: string) => ({
  metadata: { name, namespace: "default" },
  spec: { type },
  status: { loadBalancer: ip === undefined ? {} : { ingress: [{ ip }] } },
});

test("each load balancer gets the lowest address that is free, and keeps what it has", () => {
  const [kept, first, second] = [
    service("kept", "LoadBalancer", "10.215.0.2"),
    service("first", "LoadBalancer"),
    service("second", "LoadBalancer"),
  ];
  const assigned = assignAddresses([kept, first, second, service("inside", "ClusterIP")], "10.215.0.0/24");
  expect([...assigned]).toEqual([
    [first, "10.215.0.1"],
    [second, "10.215.0.3"],
  ]);
});

test("when the range is used up, the rest waits", () => {
  const many = Array.from({ length: 256 }, (_, index) => service(`s${index}`, "LoadBalancer"));
  expect(assignAddresses(many, "10.215.0.0/24").size).toBe(254);
});
