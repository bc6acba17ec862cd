import { OutsideFault } from "../outside/fault.ts";

/** Why Dagster did not do what it was asked. */
export class DagsterFault extends OutsideFault {}
