/** A time for people: "300 ms", "1.5 s". */
export const seconds = (ms: number): string =>
  ms < 1000 ? `${ms} ms` : `${Number((ms / 1000).toFixed(1))} s`;
