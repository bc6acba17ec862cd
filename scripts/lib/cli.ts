/** Exit statuses of every script: all is well; a finding or a refusal; wrong usage or not possible to run. */
export const EXIT = { ok: 0, finding: 1, error: 2 } as const;
