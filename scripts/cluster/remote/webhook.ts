import { existsSync, readFileSync } from "node:fs";

/** A branch that was pushed. */
export interface Push {
  /** The repository's page: its URL without .git. */
  readonly address: string;
  readonly branch: string;
  /** The commit before; "" when the branch is new. */
  readonly before: string;
  readonly after: string;
}

/** What stands for "no commit" in GitHub's payload. */
const NONE = "0".repeat(40);

/**
 * Tells the URL in `file` of a push, in the words of GitHub's webhook, which Argo CD takes at /api/webhook
 * (https://docs.github.com/en/webhooks/webhook-events-and-payloads#push). Does nothing while there is no such file;
 * rejects when the listener refuses.
 */
export async function tellOfPush(file: string, { address, branch, before, after }: Push): Promise<void> {
  if (!existsSync(file)) return;
  const url = readFileSync(file, "utf8").trim();
  const payload = {
    ref: `refs/heads/${branch}`,
    before: before || NONE,
    after,
    repository: { html_url: address, default_branch: "main", name: "schemawatch", owner: { login: "owner" } },
    commits: [],
  };
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", "x-github-event": "push" },
    body: JSON.stringify(payload),
    // Argo CD's own certificate, made at its first start.
    tls: { rejectUnauthorized: false },
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
}
