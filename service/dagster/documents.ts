/* Made by `make dagster-types`. */

import type { Document } from "./document.ts";

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> =
  | T
  | { [P in keyof T]?: P extends " $fragmentName" | "__typename" ? T[P] : never };
export type AssetCheckHandleInput = {
  readonly assetKey: AssetKeyInput;
  readonly name: string;
};

export type AssetKeyInput = {
  readonly path: ReadonlyArray<string>;
};

export type DagsterEventType =
  | "ALERT_FAILURE"
  | "ALERT_START"
  | "ALERT_SUCCESS"
  | "ASSET_CHECK_EVALUATION"
  | "ASSET_CHECK_EVALUATION_PLANNED"
  | "ASSET_FAILED_TO_MATERIALIZE"
  | "ASSET_HEALTH_CHANGED"
  | "ASSET_MATERIALIZATION"
  | "ASSET_MATERIALIZATION_PLANNED"
  | "ASSET_OBSERVATION"
  | "ASSET_STORE_OPERATION"
  | "ASSET_WIPED"
  | "CODE_LOCATION_UPDATED"
  | "ENGINE_EVENT"
  | "FRESHNESS_STATE_CHANGE"
  | "FRESHNESS_STATE_EVALUATION"
  | "HANDLED_OUTPUT"
  | "HOOK_COMPLETED"
  | "HOOK_ERRORED"
  | "HOOK_SKIPPED"
  | "LOADED_INPUT"
  | "LOGS_CAPTURED"
  | "OBJECT_STORE_OPERATION"
  | "PIPELINE_CANCELED"
  | "PIPELINE_CANCELING"
  | "PIPELINE_DEQUEUED"
  | "PIPELINE_ENQUEUED"
  | "PIPELINE_FAILURE"
  | "PIPELINE_START"
  | "PIPELINE_STARTING"
  | "PIPELINE_SUCCESS"
  | "RESOURCE_INIT_FAILURE"
  | "RESOURCE_INIT_STARTED"
  | "RESOURCE_INIT_SUCCESS"
  | "RUN_CANCELED"
  | "RUN_CANCELING"
  | "RUN_DEQUEUED"
  | "RUN_ENQUEUED"
  | "RUN_FAILURE"
  | "RUN_RESUMED"
  | "RUN_START"
  | "RUN_STARTING"
  | "RUN_SUCCESS"
  | "RUN_SUSPENDED"
  | "STEP_EXPECTATION_RESULT"
  | "STEP_FAILURE"
  | "STEP_INPUT"
  | "STEP_OUTPUT"
  | "STEP_RESTARTED"
  | "STEP_SKIPPED"
  | "STEP_START"
  | "STEP_SUCCESS"
  | "STEP_UP_FOR_RETRY"
  | "STEP_WORKER_STARTED"
  | "STEP_WORKER_STARTING";

export type ExecutionMetadata = {
  readonly parentRunId?: string | null | undefined;
  readonly rootRunId?: string | null | undefined;
  readonly tags?: ReadonlyArray<ExecutionTag> | null | undefined;
};

export type ExecutionParams = {
  readonly executionMetadata?: ExecutionMetadata | null | undefined;
  readonly mode?: string | null | undefined;
  readonly preset?: string | null | undefined;
  readonly runConfigData?: unknown;
  readonly selector: JobOrPipelineSelector;
  readonly stepKeys?: ReadonlyArray<string> | null | undefined;
};

export type ExecutionTag = {
  readonly key: string;
  readonly value: string;
};

export type JobOrPipelineSelector = {
  readonly assetCheckSelection?: ReadonlyArray<AssetCheckHandleInput> | null | undefined;
  readonly assetSelection?: ReadonlyArray<AssetKeyInput> | null | undefined;
  readonly jobName?: string | null | undefined;
  readonly pipelineName?: string | null | undefined;
  readonly repositoryLocationName: string;
  readonly repositoryName: string;
  readonly solidSelection?: ReadonlyArray<string> | null | undefined;
};

export type LogLevel = "CRITICAL" | "DEBUG" | "ERROR" | "INFO" | "WARNING";

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

export type TerminateRunPolicy = "MARK_AS_CANCELED_IMMEDIATELY" | "SAFE_TERMINATE";

export type LaunchRunMutationVariables = Exact<{
  params: ExecutionParams;
}>;

export type LaunchRunMutation = {
  readonly launchRun:
    | ({ readonly message: string } & {
        readonly __typename:
          | "ConflictingExecutionParamsError"
          | "InvalidSubsetError"
          | "NoModeProvidedError"
          | "PipelineNotFoundError"
          | "PresetNotFoundError"
          | "RunConflict"
          | "UnauthorizedError";
      })
    | { readonly __typename: "InvalidOutputError" | "InvalidStepError" }
    | ({ readonly run: { readonly runId: string; readonly status: RunStatus } } & {
        readonly __typename: "LaunchRunSuccess";
      })
    | ({ readonly message: string; readonly className: string | null } & {
        readonly __typename: "PythonError";
      })
    | ({ readonly errors: ReadonlyArray<{ readonly message: string }> } & {
        readonly __typename: "RunConfigValidationInvalid";
      });
};

export type FindRunsQueryVariables = Exact<{
  tags: ReadonlyArray<ExecutionTag> | ExecutionTag;
  limit: number;
}>;

export type FindRunsQuery = {
  readonly runsOrError:
    | ({ readonly message: string } & { readonly __typename: "InvalidPipelineRunsFilterError" })
    | ({ readonly message: string; readonly className: string | null } & {
        readonly __typename: "PythonError";
      })
    | ({
        readonly results: ReadonlyArray<{
          readonly runId: string;
          readonly status: RunStatus;
          readonly creationTime: number;
        }>;
      } & { readonly __typename: "Runs" });
};

export type ReadRunQueryVariables = Exact<{
  run: string | number;
  cursor?: string | null | undefined;
  limit: number;
}>;

export type ReadRunQuery = {
  readonly runOrError:
    | ({ readonly message: string; readonly className: string | null } & {
        readonly __typename: "PythonError";
      })
    | ({ readonly status: RunStatus } & { readonly __typename: "Run" })
    | ({ readonly message: string } & { readonly __typename: "RunNotFoundError" });
  readonly logsForRun:
    | ({
        readonly cursor: string;
        readonly hasMore: boolean;
        readonly events: ReadonlyArray<
          | ({
              readonly message: string;
              readonly level: LogLevel;
              readonly stepKey: string | null;
              readonly eventType: DagsterEventType | null;
            } & {
              readonly __typename:
                | "AlertFailureEvent"
                | "AlertStartEvent"
                | "AlertSuccessEvent"
                | "AssetCheckEvaluationEvent"
                | "AssetCheckEvaluationPlannedEvent"
                | "AssetMaterializationPlannedEvent"
                | "ExecutionStepInputEvent"
                | "ExecutionStepRestartEvent"
                | "ExecutionStepSkippedEvent"
                | "ExecutionStepStartEvent"
                | "ExecutionStepSuccessEvent"
                | "HookCompletedEvent"
                | "HookSkippedEvent"
                | "LogMessageEvent"
                | "LogsCapturedEvent"
                | "ObjectStoreOperationEvent"
                | "RunCancelingEvent"
                | "RunDequeuedEvent"
                | "RunEnqueuedEvent"
                | "RunResumedEvent";
            })
          | ({
              readonly message: string;
              readonly level: LogLevel;
              readonly stepKey: string | null;
              readonly eventType: DagsterEventType | null;
            } & {
              readonly __typename:
                | "RunStartEvent"
                | "RunStartingEvent"
                | "RunSuccessEvent"
                | "RunSuspendedEvent"
                | "StepExpectationResultEvent";
            })
          | ({
              readonly message: string;
              readonly level: LogLevel;
              readonly stepKey: string | null;
              readonly eventType: DagsterEventType | null;
              readonly metadataEntries: ReadonlyArray<
                { readonly label: string } | { readonly jsonString: string; readonly label: string }
              >;
              readonly error: {
                readonly message: string;
                readonly causes: ReadonlyArray<{ readonly message: string }>;
              } | null;
            } & { readonly __typename: "EngineEvent" | "ResourceInitFailureEvent" })
          | ({
              readonly message: string;
              readonly level: LogLevel;
              readonly stepKey: string | null;
              readonly eventType: DagsterEventType | null;
              readonly error: {
                readonly message: string;
                readonly causes: ReadonlyArray<{ readonly message: string }>;
              } | null;
            } & {
              readonly __typename:
                | "ExecutionStepFailureEvent"
                | "ExecutionStepUpForRetryEvent"
                | "HookErroredEvent"
                | "RunCanceledEvent"
                | "RunFailureEvent";
            })
          | ({
              readonly message: string;
              readonly level: LogLevel;
              readonly stepKey: string | null;
              readonly eventType: DagsterEventType | null;
              readonly metadataEntries: ReadonlyArray<
                { readonly label: string } | { readonly jsonString: string; readonly label: string }
              >;
            } & {
              readonly __typename:
                | "ExecutionStepOutputEvent"
                | "FailedToMaterializeEvent"
                | "HandledOutputEvent"
                | "HealthChangedEvent"
                | "LoadedInputEvent"
                | "MaterializationEvent"
                | "ObservationEvent"
                | "ResourceInitStartedEvent"
                | "ResourceInitSuccessEvent"
                | "StepWorkerStartedEvent"
                | "StepWorkerStartingEvent";
            })
        >;
      } & { readonly __typename: "EventConnection" })
    | ({ readonly message: string; readonly className: string | null } & {
        readonly __typename: "PythonError";
      })
    | ({ readonly message: string } & { readonly __typename: "RunNotFoundError" });
};

export type TerminateRunMutationVariables = Exact<{
  run: string;
  policy?: TerminateRunPolicy | null | undefined;
}>;

export type TerminateRunMutation = {
  readonly terminateRun:
    | ({ readonly message: string; readonly className: string | null } & {
        readonly __typename: "PythonError";
      })
    | ({ readonly message: string } & {
        readonly __typename: "RunNotFoundError" | "TerminateRunFailure" | "UnauthorizedError";
      })
    | { readonly __typename: "TerminateRunSuccess" };
};

export type FollowRunSubscriptionVariables = Exact<{
  run: string | number;
  cursor?: string | null | undefined;
}>;

export type FollowRunSubscription = {
  readonly pipelineRunLogs:
    | ({ readonly message: string } & { readonly __typename: "PipelineRunLogsSubscriptionFailure" })
    | ({
        readonly cursor: string;
        readonly messages: ReadonlyArray<
          | ({
              readonly message: string;
              readonly level: LogLevel;
              readonly stepKey: string | null;
              readonly eventType: DagsterEventType | null;
            } & {
              readonly __typename:
                | "AlertFailureEvent"
                | "AlertStartEvent"
                | "AlertSuccessEvent"
                | "AssetCheckEvaluationEvent"
                | "AssetCheckEvaluationPlannedEvent"
                | "AssetMaterializationPlannedEvent"
                | "ExecutionStepInputEvent"
                | "ExecutionStepRestartEvent"
                | "ExecutionStepSkippedEvent"
                | "ExecutionStepStartEvent"
                | "ExecutionStepSuccessEvent"
                | "HookCompletedEvent"
                | "HookSkippedEvent"
                | "LogMessageEvent"
                | "LogsCapturedEvent"
                | "ObjectStoreOperationEvent"
                | "RunCancelingEvent"
                | "RunDequeuedEvent"
                | "RunEnqueuedEvent"
                | "RunResumedEvent";
            })
          | ({
              readonly message: string;
              readonly level: LogLevel;
              readonly stepKey: string | null;
              readonly eventType: DagsterEventType | null;
            } & {
              readonly __typename:
                | "RunStartEvent"
                | "RunStartingEvent"
                | "RunSuccessEvent"
                | "RunSuspendedEvent"
                | "StepExpectationResultEvent";
            })
          | ({
              readonly message: string;
              readonly level: LogLevel;
              readonly stepKey: string | null;
              readonly eventType: DagsterEventType | null;
              readonly metadataEntries: ReadonlyArray<
                { readonly label: string } | { readonly jsonString: string; readonly label: string }
              >;
              readonly error: {
                readonly message: string;
                readonly causes: ReadonlyArray<{ readonly message: string }>;
              } | null;
            } & { readonly __typename: "EngineEvent" | "ResourceInitFailureEvent" })
          | ({
              readonly message: string;
              readonly level: LogLevel;
              readonly stepKey: string | null;
              readonly eventType: DagsterEventType | null;
              readonly error: {
                readonly message: string;
                readonly causes: ReadonlyArray<{ readonly message: string }>;
              } | null;
            } & {
              readonly __typename:
                | "ExecutionStepFailureEvent"
                | "ExecutionStepUpForRetryEvent"
                | "HookErroredEvent"
                | "RunCanceledEvent"
                | "RunFailureEvent";
            })
          | ({
              readonly message: string;
              readonly level: LogLevel;
              readonly stepKey: string | null;
              readonly eventType: DagsterEventType | null;
              readonly metadataEntries: ReadonlyArray<
                { readonly label: string } | { readonly jsonString: string; readonly label: string }
              >;
            } & {
              readonly __typename:
                | "ExecutionStepOutputEvent"
                | "FailedToMaterializeEvent"
                | "HandledOutputEvent"
                | "HealthChangedEvent"
                | "LoadedInputEvent"
                | "MaterializationEvent"
                | "ObservationEvent"
                | "ResourceInitStartedEvent"
                | "ResourceInitSuccessEvent"
                | "StepWorkerStartedEvent"
                | "StepWorkerStartingEvent";
            })
        >;
      } & { readonly __typename: "PipelineRunLogsSubscriptionSuccess" });
};

type RunEvent_NJaB7w3k4pQgmo6JIy3ChSgmvlpc93tPNmDohR6Wy_Fragment = {
  readonly message: string;
  readonly level: LogLevel;
  readonly stepKey: string | null;
  readonly eventType: DagsterEventType | null;
} & {
  readonly __typename:
    | "AlertFailureEvent"
    | "AlertStartEvent"
    | "AlertSuccessEvent"
    | "AssetCheckEvaluationEvent"
    | "AssetCheckEvaluationPlannedEvent"
    | "AssetMaterializationPlannedEvent"
    | "ExecutionStepInputEvent"
    | "ExecutionStepRestartEvent"
    | "ExecutionStepSkippedEvent"
    | "ExecutionStepStartEvent"
    | "ExecutionStepSuccessEvent"
    | "HookCompletedEvent"
    | "HookSkippedEvent"
    | "LogMessageEvent"
    | "LogsCapturedEvent"
    | "ObjectStoreOperationEvent"
    | "RunCancelingEvent"
    | "RunDequeuedEvent"
    | "RunEnqueuedEvent"
    | "RunResumedEvent";
};

type RunEvent_Gkke9G7K3APuhysBtFtBlGKcu8IyesGl23ToU0nGo_Fragment = {
  readonly message: string;
  readonly level: LogLevel;
  readonly stepKey: string | null;
  readonly eventType: DagsterEventType | null;
} & {
  readonly __typename:
    | "RunStartEvent"
    | "RunStartingEvent"
    | "RunSuccessEvent"
    | "RunSuspendedEvent"
    | "StepExpectationResultEvent";
};

type RunEvent_EngineEvent_ResourceInitFailureEvent_Fragment = {
  readonly message: string;
  readonly level: LogLevel;
  readonly stepKey: string | null;
  readonly eventType: DagsterEventType | null;
  readonly metadataEntries: ReadonlyArray<
    { readonly label: string } | { readonly jsonString: string; readonly label: string }
  >;
  readonly error: {
    readonly message: string;
    readonly causes: ReadonlyArray<{ readonly message: string }>;
  } | null;
} & { readonly __typename: "EngineEvent" | "ResourceInitFailureEvent" };

type RunEvent_KHg5GpIhoiQn8jS42HoxEg7xTWh5gV3uLll5hwA8_Fragment = {
  readonly message: string;
  readonly level: LogLevel;
  readonly stepKey: string | null;
  readonly eventType: DagsterEventType | null;
  readonly error: {
    readonly message: string;
    readonly causes: ReadonlyArray<{ readonly message: string }>;
  } | null;
} & {
  readonly __typename:
    | "ExecutionStepFailureEvent"
    | "ExecutionStepUpForRetryEvent"
    | "HookErroredEvent"
    | "RunCanceledEvent"
    | "RunFailureEvent";
};

type RunEvent_RIykvlBi4a05eSg32kDiy7fftFft1UbQc92bNv5Wju_Fragment = {
  readonly message: string;
  readonly level: LogLevel;
  readonly stepKey: string | null;
  readonly eventType: DagsterEventType | null;
  readonly metadataEntries: ReadonlyArray<
    { readonly label: string } | { readonly jsonString: string; readonly label: string }
  >;
} & {
  readonly __typename:
    | "ExecutionStepOutputEvent"
    | "FailedToMaterializeEvent"
    | "HandledOutputEvent"
    | "HealthChangedEvent"
    | "LoadedInputEvent"
    | "MaterializationEvent"
    | "ObservationEvent"
    | "ResourceInitStartedEvent"
    | "ResourceInitSuccessEvent"
    | "StepWorkerStartedEvent"
    | "StepWorkerStartingEvent";
};

export type RunEventFragment =
  | RunEvent_NJaB7w3k4pQgmo6JIy3ChSgmvlpc93tPNmDohR6Wy_Fragment
  | RunEvent_Gkke9G7K3APuhysBtFtBlGKcu8IyesGl23ToU0nGo_Fragment
  | RunEvent_EngineEvent_ResourceInitFailureEvent_Fragment
  | RunEvent_KHg5GpIhoiQn8jS42HoxEg7xTWh5gV3uLll5hwA8_Fragment
  | RunEvent_RIykvlBi4a05eSg32kDiy7fftFft1UbQc92bNv5Wju_Fragment;

export const launchRun: Document<LaunchRunMutationVariables, LaunchRunMutation> = {
  text: `mutation LaunchRun($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess {
      run {
        runId
        status
      }
    }
    ... on RunConfigValidationInvalid {
      errors {
        message
      }
    }
    ... on Error {
      message
    }
    ... on PythonError {
      className
    }
  }
}`,
};

export const findRuns: Document<FindRunsQueryVariables, FindRunsQuery> = {
  text: `query FindRuns($tags: [ExecutionTag!]!, $limit: Int!) {
  runsOrError(filter: {tags: $tags}, limit: $limit) {
    __typename
    ... on Runs {
      results {
        runId
        status
        creationTime
      }
    }
    ... on Error {
      message
    }
    ... on PythonError {
      className
    }
  }
}`,
};

export const readRun: Document<ReadRunQueryVariables, ReadRunQuery> = {
  text: `query ReadRun($run: ID!, $cursor: String, $limit: Int!) {
  runOrError(runId: $run) {
    __typename
    ... on Run {
      status
    }
    ... on Error {
      message
    }
    ... on PythonError {
      className
    }
  }
  logsForRun(runId: $run, afterCursor: $cursor, limit: $limit) {
    __typename
    ... on EventConnection {
      cursor
      hasMore
      events {
        ...RunEvent
      }
    }
    ... on Error {
      message
    }
    ... on PythonError {
      className
    }
  }
}

fragment RunEvent on DagsterRunEvent {
  __typename
  ... on MessageEvent {
    message
    level
    stepKey
    eventType
  }
  ... on DisplayableEvent {
    metadataEntries {
      label
      ... on JsonMetadataEntry {
        jsonString
      }
    }
  }
  ... on ErrorEvent {
    error {
      message
      causes {
        message
      }
    }
  }
}`,
};

export const terminateRun: Document<TerminateRunMutationVariables, TerminateRunMutation> = {
  text: `mutation TerminateRun($run: String!, $policy: TerminateRunPolicy) {
  terminateRun(runId: $run, terminatePolicy: $policy) {
    __typename
    ... on TerminateRunFailure {
      message
    }
    ... on Error {
      message
    }
    ... on PythonError {
      className
    }
  }
}`,
};

export const followRun: Document<FollowRunSubscriptionVariables, FollowRunSubscription> = {
  text: `subscription FollowRun($run: ID!, $cursor: String) {
  pipelineRunLogs(runId: $run, cursor: $cursor) {
    __typename
    ... on PipelineRunLogsSubscriptionSuccess {
      cursor
      messages {
        ...RunEvent
      }
    }
    ... on PipelineRunLogsSubscriptionFailure {
      message
    }
  }
}

fragment RunEvent on DagsterRunEvent {
  __typename
  ... on MessageEvent {
    message
    level
    stepKey
    eventType
  }
  ... on DisplayableEvent {
    metadataEntries {
      label
      ... on JsonMetadataEntry {
        jsonString
      }
    }
  }
  ... on ErrorEvent {
    error {
      message
      causes {
        message
      }
    }
  }
}`,
};
