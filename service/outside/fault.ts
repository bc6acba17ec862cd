import { AppError, type ErrorCode } from "../errors.ts";

/**
 * What may help: "away" passes when the engine is there again; "refused" may pass soon, as something there is loaded anew
 * or a token replaced; "wrong" stays as it is.
 */
export type FaultKind = "away" | "refused" | "wrong";

/** Why an engine outside, to which a step hands its work, did not do what it was asked. */
export class OutsideFault extends AppError {
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
