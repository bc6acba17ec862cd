import { setDefaultTimeout } from "bun:test";

// Tests use real servers; on a busy machine one starts in seconds. Speed is measured by the bench, not by this limit.
setDefaultTimeout(30_000);
