/** Attributes that hold what COMMENT ON said of an object or of a part of it: rows of pg_description, apart from the object's own. */
export const COMMENT_ATTRIBUTES = [
  "comment",
  "fieldComments",
  "constraintComments",
  "indexComment",
  "identityComment",
  "notNullComment",
] as const;
