/* Made by `make dagster-types`. */

import type { Document } from "../../dagster/document.ts";

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> =
  | T
  | { [P in keyof T]?: P extends " $fragmentName" | "__typename" ? T[P] : never };
export type ExecutionTag = {
  readonly key: string;
  readonly value: string;
};

export type RunStatus =
  | "CANCELED"
  | "CANCELING"
  | "FAILURE"
  | "MANAGED"
  | "NOT_STARTED"
  | "QUEUED"
  | "STARTED"
  | "STARTING"
  | "SUCCESS"
  | "SUSPENDED";

export type TaggedRunsQueryVariables = Exact<{
  tags: ReadonlyArray<ExecutionTag> | ExecutionTag;
}>;

export type TaggedRunsQuery = {
  readonly runsOrError:
    | { readonly __typename: "InvalidPipelineRunsFilterError" | "PythonError" }
    | ({
        readonly results: ReadonlyArray<{
          readonly runId: string;
          readonly status: RunStatus;
          readonly tags: ReadonlyArray<{ readonly key: string; readonly value: string }>;
        }>;
      } & { readonly __typename: "Runs" });
};

export type RunLogQueryVariables = Exact<{
  run: string | number;
}>;

export type RunLogQuery = {
  readonly logsForRun:
    | ({
        readonly events: ReadonlyArray<
          { readonly message: string } | { readonly message: string } | { readonly message: string }
        >;
      } & { readonly __typename: "EventConnection" })
    | { readonly __typename: "PythonError" | "RunNotFoundError" };
};

export const taggedRuns: Document<TaggedRunsQueryVariables, TaggedRunsQuery> = {
  text: `query TaggedRuns($tags: [ExecutionTag!]!) {
  runsOrError(filter: {tags: $tags}) {
    __typename
    ... on Runs {
      results {
        runId
        status
        tags {
          key
          value
        }
      }
    }
  }
}`,
};

export const runLog: Document<RunLogQueryVariables, RunLogQuery> = {
  text: `query RunLog($run: ID!) {
  logsForRun(runId: $run) {
    __typename
    ... on EventConnection {
      events {
        ... on MessageEvent {
          message
        }
      }
    }
  }
}`,
};
