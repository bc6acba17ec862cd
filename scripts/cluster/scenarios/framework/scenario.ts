import type { Environment } from "../../../lib/overlay.ts";
import type { ServiceApi } from "../../client/service.ts";
import type { Cluster } from "../../types.ts";
import type { ScenarioImage } from "./world.ts";

/** A proof on the real cluster. Each stands alone: it brings what it needs to a known state first. */
export interface Scenario {
  readonly number: number;
  readonly title: string;
  /** Rejects with what was not as promised. */
  run(world: World): Promise<void>;
}

/** An environment that is Synced and Healthy with a good release. */
export interface Standing {
  readonly environment: Environment;
  readonly namespace: string;
  /** Where people reach its page. */
  readonly url: string;
  readonly api: ServiceApi;
  /** The commit that it is at. */
  readonly revision: string;
  /** The image that it runs. */
  readonly digest: string;
}

/** What a scenario has at hand. */
export interface World {
  /** The cluster with dev Synced and Healthy; made when there is none. */
  cluster(): Promise<Cluster>;
  /** The same from nothing: a cluster that is there is taken down first. */
  fresh(): Promise<Cluster>;
  /** The cluster is lost and made anew; only what lies outside of it stays: git, the age key, backups, the managed database. */
  again(): Promise<Cluster>;
  /** Ends the cluster, if one is up. */
  none(): Promise<void>;
  /** References of the images in the cluster's registry. */
  images(): Promise<Readonly<Record<ScenarioImage, string>>>;
  /** Brings an environment to a good release, Synced and Healthy; sets it up when it is not there. */
  environment(name: Environment): Promise<Standing>;
  /** Says what goes on. */
  log(message: string): void;
  /** Keeps a measured fact for the report, e.g. "push to healthy: 21 s". */
  note(fact: string): void;
}
