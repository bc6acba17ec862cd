import type { Environment } from "../../../lib/overlay.ts";
import { buildImages, type ImageName } from "../../images/index.ts";
import { stopMachine } from "../../machine/index.ts";
import type { Cluster } from "../../types.ts";
import { down, isComplete, up } from "../../up.ts";
import { bring } from "./environment.ts";
import type { Standing, World } from "./scenario.ts";

/** All that scenarios deploy. */
const IMAGES = [
  "schemawatch",
  "schemawatch-next",
  "schemawatch-crash",
  "schemawatch-never-ready",
  "schemawatch-failing",
  "busybox",
] as const satisfies readonly ImageName[];

export type ScenarioImage = (typeof IMAGES)[number];

export interface WorldOptions {
  readonly folder: string;
  log(message: string): void;
}

/** A world on the cluster of a folder, which is brought up when a scenario first asks for it. */
export class ClusterWorld implements World {
  readonly #options: WorldOptions;
  #cluster: Promise<Cluster> | undefined;
  #images: Promise<Record<ScenarioImage, string>> | undefined;
  #facts: string[] = [];
  /** Whether the cluster is ours, to be taken down at the end. */
  made = false;

  constructor(options: WorldOptions) {
    this.#options = options;
  }

  log(message: string): void {
    this.#options.log(message);
  }

  note(fact: string): void {
    this.#facts.push(fact);
  }

  /** The facts that were noted since the last call. */
  takeFacts(): string[] {
    const facts = this.#facts;
    this.#facts = [];
    return facts;
  }

  /** The cluster if it is up; for explaining a failure. */
  present(): Promise<Cluster> | undefined {
    return this.#cluster;
  }

  cluster(): Promise<Cluster> {
    this.#cluster ??= isComplete(this.#options.folder) ? up(this.#options) : this.#bringUp();
    return this.#cluster;
  }

  async fresh(): Promise<Cluster> {
    await this.none();
    return this.cluster();
  }

  async again(): Promise<Cluster> {
    this.#cluster = undefined;
    await stopMachine(this.#options.folder);
    return this.cluster();
  }

  async none(): Promise<void> {
    this.#cluster = undefined;
    await down(this.#options.folder);
  }

  async images(): Promise<Record<ScenarioImage, string>> {
    const cluster = await this.cluster();
    this.#images ??= buildImages(cluster, cluster.log, IMAGES);
    return this.#images;
  }

  async environment(name: Environment): Promise<Standing> {
    return bring(await this.cluster(), await this.images(), name);
  }

  #bringUp(): Promise<Cluster> {
    this.made = true;
    return up(this.#options);
  }
}
