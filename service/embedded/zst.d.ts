declare module "*.zst" {
  /** The file's path, inside the binary too. */
  const path: string;
  export default path;
}
