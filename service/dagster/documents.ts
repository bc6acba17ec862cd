/*
 * What Schemawatch asks Dagster (its GraphQL schema of 1.13), with the types of the variables and of the answers' data.
 * Answers are unions: every one names its type in __typename, also those that are not listed here.
 */

export interface Document<Variables, Data> {
  readonly name: string;
  readonly text: string;
  /** Only for the compiler. */
  readonly types?: (variables: Variables) => Data;
}

/** Any member of a union that the caller does not know by name; Dagster's errors all have a message. */
export interface Fallback {
  readonly __typename: "PythonError" | "UnauthorizedError";
  readonly message: string;
  readonly className?: string;
}

export const RUN_STATUSES = [
  "QUEUED",
  "NOT_STARTED",
  "MANAGED",
  "STARTING",
  "STARTED",
  "SUCCESS",
  "FAILURE",
  "CANCELING",
  "CANCELED",
] as const;

export type RunStatus = (typeof RUN_STATUSES)[number];

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export interface FoundRun {
  readonly runId: string;
  readonly status: RunStatus;
}

export const launchRun: Document<
  {
    readonly params: {
      readonly selector: {
        readonly repositoryLocationName: string;
        readonly repositoryName: string;
        readonly jobName: string;
      };
      readonly runConfigData: object;
      readonly executionMetadata: { readonly tags: readonly Tag[] };
    };
  },
  {
    readonly launchRun:
      | { readonly __typename: "LaunchRunSuccess"; readonly run: FoundRun }
      | {
          readonly __typename: "RunConfigValidationInvalid";
          readonly errors: readonly { readonly message: string }[];
        }
      | { readonly __typename: "PipelineNotFoundError"; readonly message: string }
      | Fallback;
  }
> = {
  name: "launchRun",
  text: `mutation Launch($params: ExecutionParams!) {
    launchRun(executionParams: $params) {
      __typename
      ... on LaunchRunSuccess { run { runId status } }
      ... on RunConfigValidationInvalid { errors { message } }
      ... on Error { message }
      ... on PythonError { className }
    }
  }`,
};

export const findRuns: Document<
  { readonly tags: readonly Tag[]; readonly limit: number },
  {
    readonly runsOrError:
      | {
          readonly __typename: "Runs";
          readonly results: readonly (FoundRun & { readonly creationTime: number })[];
        }
      | Fallback;
  }
> = {
  name: "runsOrError",
  text: `query Find($tags: [ExecutionTag!]!, $limit: Int!) {
    runsOrError(filter: {tags: $tags}, limit: $limit) {
      __typename
      ... on Runs { results { runId status creationTime } }
      ... on Error { message }
      ... on PythonError { className }
    }
  }`,
};

export interface RunEvent {
  readonly __typename: string;
  readonly message: string;
  readonly level: "CRITICAL" | "ERROR" | "WARNING" | "INFO" | "DEBUG";
  readonly stepKey: string | null;
  /** Null for a line that the job's own code logged. */
  readonly eventType: string | null;
  readonly metadataEntries?: readonly { readonly label: string; readonly jsonString?: string }[];
  readonly error?: {
    readonly message: string;
    readonly causes?: readonly { readonly message: string }[];
  } | null;
}

export const readRun: Document<
  { readonly run: string; readonly cursor: string | null; readonly limit: number },
  {
    readonly runOrError:
      | { readonly __typename: "Run"; readonly status: RunStatus }
      | { readonly __typename: "RunNotFoundError"; readonly message: string }
      | Fallback;
    readonly logsForRun:
      | {
          readonly __typename: "EventConnection";
          readonly cursor: string;
          readonly hasMore: boolean;
          readonly events: readonly RunEvent[];
        }
      | { readonly __typename: "RunNotFoundError"; readonly message: string }
      | Fallback;
  }
> = {
  name: "logsForRun",
  text: `query Read($run: ID!, $cursor: String, $limit: Int!) {
    runOrError(runId: $run) {
      __typename
      ... on Run { status }
      ... on Error { message }
      ... on PythonError { className }
    }
    logsForRun(runId: $run, afterCursor: $cursor, limit: $limit) {
      __typename
      ... on EventConnection {
        cursor
        hasMore
        events {
          __typename
          ... on MessageEvent { message level stepKey eventType }
          ... on DisplayableEvent { metadataEntries { label ... on JsonMetadataEntry { jsonString } } }
          ... on ErrorEvent { error { message causes { message } } }
        }
      }
      ... on Error { message }
      ... on PythonError { className }
    }
  }`,
};

export const terminateRun: Document<
  { readonly run: string; readonly policy: "SAFE_TERMINATE" | "MARK_AS_CANCELED_IMMEDIATELY" },
  {
    readonly terminateRun:
      | { readonly __typename: "TerminateRunSuccess" }
      | { readonly __typename: "TerminateRunFailure" | "RunNotFoundError"; readonly message: string }
      | Fallback;
  }
> = {
  name: "terminateRun",
  text: `mutation Terminate($run: String!, $policy: TerminateRunPolicy) {
    terminateRun(runId: $run, terminatePolicy: $policy) {
      __typename
      ... on TerminateRunFailure { message }
      ... on Error { message }
      ... on PythonError { className }
    }
  }`,
};
