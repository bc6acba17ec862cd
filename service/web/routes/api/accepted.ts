import type { Answer } from "../../api/operation.ts";

export const runLocation = { Location: "Where the run can be read." };

/** 202 of a run that was requested. */
export function accepted(id: string, created: boolean): Answer {
  return { body: { id: Number(id), created }, headers: { location: `/api/v1/runs/${id}` } };
}
