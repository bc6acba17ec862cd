/** A snapshot as a text file: for git, for review in a pull request, for `diff` and `check`. */
export { formatSnapshot } from "./text/format.ts";
export { parseSlices, parseSnapshot } from "./text/parse.ts";
