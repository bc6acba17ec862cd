import { join } from "node:path";
import { parseArgs } from "node:util";
import { tellOfPush } from "./webhook.ts";

/** Which repositories are served, and where. */
export interface GitServerOptions {
  /** A folder of bare repositories; each is served by its folder's name. */
  readonly root: string;
  readonly hostname: string;
  readonly port: number;
  /** A file with the URL that is told of each push, as a git host does; nobody is told while there is none. */
  readonly webhookFile: string;
}

/**
 * Serves bare repositories by git's smart HTTP protocol, for reading and pushing, without a password: it listens on one
 * address only, that of a bridge which no other machine reaches. https://git-scm.com/docs/git-http-backend
 */
export function serveGit(options: GitServerOptions): ReturnType<typeof Bun.serve> {
  const { hostname, port } = options;
  return Bun.serve({ hostname, port, idleTimeout: 120, fetch: (request) => answer(options, request) });
}

async function answer(options: GitServerOptions, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const pushed = request.method === "POST" && url.pathname.endsWith("/git-receive-pack");
  const repository = /^\/([\w.-]+\.git)\//.exec(url.pathname)?.[1] ?? "";
  const before = pushed ? await heads(options.root, repository) : undefined;
  const response = await backend(options.root, request, url);
  if (before !== undefined && response.ok) {
    const after = await heads(options.root, repository);
    for (const [branch, commit] of after) {
      if (before.get(branch) === commit) continue;
      const address = `${url.origin}/${repository.replace(/\.git$/, "")}`;
      const change = { address, branch, before: before.get(branch) ?? "", after: commit };
      // The pusher does not wait for it, and a listener that is away does not fail the push.
      void tellOfPush(options.webhookFile, change).catch((error: Error) =>
        console.error(`webhook: ${error.message}`),
      );
    }
  }
  return response;
}

/** Runs git's own CGI program (RFC 3875) for one request. */
async function backend(root: string, request: Request, url: URL): Promise<Response> {
  const body = request.method === "POST" ? await request.arrayBuffer() : new ArrayBuffer(0);
  const header = (name: string) => request.headers.get(name) ?? "";
  const child = Bun.spawn(["git", "http-backend"], {
    env: {
      PATH: process.env.PATH ?? "",
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      // The repositories are root's or ours, whoever runs this.
      GIT_CONFIG_COUNT: "2",
      GIT_CONFIG_KEY_0: "http.receivepack",
      GIT_CONFIG_VALUE_0: "true",
      GIT_CONFIG_KEY_1: "safe.directory",
      GIT_CONFIG_VALUE_1: "*",
      GIT_PROTOCOL: header("git-protocol"),
      REQUEST_METHOD: request.method,
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: header("content-type"),
      CONTENT_LENGTH: String(body.byteLength),
      HTTP_CONTENT_ENCODING: header("content-encoding"),
      REMOTE_ADDR: "127.0.0.1",
    },
    stdin: new Uint8Array(body),
    stdout: "pipe",
    stderr: "inherit",
  });
  const said = new Uint8Array(await new Response(child.stdout).arrayBuffer());
  const end = endOfHeaders(said);
  if ((await child.exited) !== 0 || end === undefined) {
    return new Response("git http-backend failed", { status: 500 });
  }
  const headers = new Headers();
  let status = 200;
  for (const line of new TextDecoder().decode(said.subarray(0, end)).split("\r\n")) {
    const [, name = "", value = ""] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    if (name.toLowerCase() === "status") status = Number(value.split(" ")[0]);
    else if (name !== "") headers.append(name, value);
  }
  return new Response(said.subarray(end + 4), { status, headers });
}

/** Where the headers of a CGI answer end: at the first empty line. */
function endOfHeaders(bytes: Uint8Array): number | undefined {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf("\r\n\r\n");
  return at < 0 ? undefined : at;
}

/** The commit of each branch. */
async function heads(root: string, repository: string): Promise<Map<string, string>> {
  const list = [
    "git",
    "-C",
    join(root, repository),
    "for-each-ref",
    "--format=%(refname:short) %(objectname)",
  ];
  const child = Bun.spawn([...list, "refs/heads"], { stdout: "pipe", stderr: "inherit" });
  const lines = (await new Response(child.stdout).text()).split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => line.split(" ") as [string, string]));
}

if (import.meta.main) {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ options: { root: text, hostname: text, port: text, "webhook-file": text } });
  const { root = ".", hostname = "127.0.0.1", port = "0", "webhook-file": webhookFile = "" } = values;
  const server = serveGit({ root, hostname, port: Number(port), webhookFile });
  console.log(`git is served at ${server.url}`);
}
