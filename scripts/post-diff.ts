import { AppError } from "../service/errors.ts";
import { EXIT } from "./lib/cli.ts";
import { output } from "./lib/exec.ts";
import { processIo, readArguments, runScript, type Script } from "./lib/script.ts";

/** By this line, which GitHub does not show, the comment of an earlier run is found. */
const MARK = "<!-- schemawatch: rendered difference -->";

/** Posts what a pull request changes in each environment on the pull request. */
export const postDiff: Script = {
  name: "post-diff",
  help: `Usage: bun scripts/post-diff.ts [BASE]

Posts what scripts/diff.ts prints as a comment on the pull request, or replaces the comment of an earlier run.

Environment: CIRCLE_PULL_REQUEST (its URL; without it nothing is posted), GITHUB_TOKEN (may write comments),
GITHUB_API_URL (default: https://api.github.com).

Exit status: 0 posted, or there is no pull request; 2 it could not be posted.`,
  run: async (args, io) => {
    const { positionals } = readArguments(args, {}, { least: 0, most: 1, names: "BASE or nothing" });
    const url = io.env.CIRCLE_PULL_REQUEST;
    if (!url) {
      io.print("This is no pull request: nothing to post.");
      return EXIT.ok;
    }
    const [, repository, number] = /^https:\/\/[^/]+\/([^/]+\/[^/]+)\/pull\/(\d+)$/.exec(url) ?? [];
    if (repository === undefined)
      throw new AppError("invalid", `CIRCLE_PULL_REQUEST ${url} is no pull request.`);
    const token = io.env.GITHUB_TOKEN;
    if (!token) {
      throw new AppError("invalid", "GITHUB_TOKEN is not set.", {
        mend: "Give the job CircleCI's context github, which holds it.",
      });
    }
    const api = new GitHub(`${io.env.GITHUB_API_URL ?? "https://api.github.com"}/repos/${repository}`, token);
    const body = `${MARK}\n${await output([process.execPath, `${io.root}/scripts/diff.ts`, ...positionals], { cwd: io.root })}`;
    const earlier = await api.findComment(`/issues/${number}/comments`);
    if (earlier === undefined) await api.send("POST", `/issues/${number}/comments`, { body });
    else await api.send("PATCH", `/issues/comments/${earlier}`, { body });
    io.print(`Posted on ${url}.`);
    return EXIT.ok;
  },
};

/** The part of https://docs.github.com/rest/issues/comments that is needed. */
class GitHub {
  readonly #base: string;
  readonly #token: string;

  constructor(base: string, token: string) {
    this.#base = base;
    this.#token = token;
  }

  /** The id of the comment with our mark, on whichever page it is. */
  async findComment(path: string): Promise<number | undefined> {
    for (let page = 1; ; page++) {
      const comments = (await this.send("GET", `${path}?per_page=100&page=${page}`)) as {
        id: number;
        body?: string;
      }[];
      const found = comments.find(({ body }) => body?.startsWith(MARK));
      if (found !== undefined || comments.length < 100) return found?.id;
    }
  }

  async send(method: string, path: string, content?: unknown): Promise<unknown> {
    const response = await fetch(this.#base + path, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, accept: "application/vnd.github+json" },
      signal: AbortSignal.timeout(30_000),
      ...(content === undefined ? {} : { body: JSON.stringify(content) }),
    }).catch((cause: unknown) => {
      throw new AppError("unavailable", `GitHub cannot be reached at ${this.#base}.`, { cause });
    });
    if (response.ok) return response.json();
    throw new AppError("unavailable", `GitHub answered ${response.status} to ${method} ${path}.`, {
      mend: "Check that GITHUB_TOKEN may write comments of this repository.",
    });
  }
}

if (import.meta.main) process.exitCode = await runScript(postDiff, process.argv.slice(2), processIo());
