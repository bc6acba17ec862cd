import { AppError, type ErrorCode } from "../errors.ts";

/**
 * What may help: "away" passes when Dagster is there again; "refused" may pass soon, as a code location is loaded or a
 * token replaced; "wrong" stays as it is.
 */
export type FaultKind = "away" | "refused" | "wrong";

/** Why Dagster did not do what it was asked. */
export class DagsterFault extends AppError {
  readonly kind: FaultKind;

  constructor(
    kind: FaultKind,
    code: ErrorCode,
    message: string,
    options?: { mend?: string; cause?: unknown },
  ) {
    super(code, message, options);
    this.kind = kind;
  }
}
