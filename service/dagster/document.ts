/** What Dagster is asked: the text of one GraphQL operation, typed by its variables and its answer's data. */
export interface Document<Variables, Data> {
  readonly text: string;
  /** Only for the compiler. */
  readonly types?: (variables: Variables) => Data;
}
