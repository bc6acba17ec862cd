/* Files that are served as they are, embedded as text. */
declare module "*.svg" {
  const text: string;
  export default text;
}
declare module "*/app.js" {
  const text: string;
  export default text;
}
declare module "*/theme.js" {
  const text: string;
  export default text;
}
declare module "htmx.org/dist/*.min.js" {
  const text: string;
  export default text;
}
