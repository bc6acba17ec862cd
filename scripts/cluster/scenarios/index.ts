import { scenario as fromNothing } from "./01-from-nothing.ts";
import { scenario as mergeToDeploy } from "./02-merge-to-deploy.ts";
import { scenario as badRelease } from "./03-bad-release.ts";
import { scenario as drift } from "./04-drift.ts";
import { scenario as secrets } from "./05-secrets.ts";
import { scenario as policies } from "./06-policies.ts";
import { scenario as selfHealing } from "./07-self-healing.ts";
import { scenario as networkAndStorage } from "./08-network-and-storage.ts";
import { scenario as promotion } from "./09-promotion.ts";
import { scenario as disaster } from "./10-disaster.ts";
import { scenario as configFromGit } from "./11-config-from-git.ts";
import { scenario as scale } from "./12-scale.ts";
import { scenario as nothingStays } from "./13-nothing-stays.ts";
import { scenario as jobs } from "./14-jobs.ts";
import type { Scenario } from "./framework/scenario.ts";

/** All scenarios, in their order. */
export const scenarios: readonly Scenario[] = [
  fromNothing,
  mergeToDeploy,
  badRelease,
  drift,
  secrets,
  policies,
  selfHealing,
  networkAndStorage,
  promotion,
  disaster,
  configFromGit,
  scale,
  jobs,
  // Last: it ends the cluster.
  nothingStays,
];
