/** A user of the API, as a script would be. */
export class Client {
  readonly #url: string;

  constructor(url: string) {
    this.#url = `${url}/api/v1`;
  }

  async get<T>(path: string): Promise<T> {
    const answer = await fetch(this.#url + path);
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** Presses Trigger; returns the run's id. */
  async trigger(database: string): Promise<number> {
    const answer = await fetch(`${this.#url}/databases/${database}/runs`, { method: "POST" });
    if (answer.status !== 202)
      throw new Error(`trigger ${database}: ${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { id: number }).id;
  }

  /** Follows the run's live stream to its end, as the page does; rejects unless it succeeded. */
  async finished(run: number): Promise<void> {
    const answer = await fetch(`${this.#url}/runs/${run}/events`);
    const text = await answer.text();
    if (!text.includes("event: end")) throw new Error(`run ${run}: the stream broke off`);
    if (!text.includes('"state":"succeeded"'))
      throw new Error(`run ${run} did not succeed: ${text.slice(-500)}`);
  }
}

/** Waits until `probe` is true, asking every `everyMs`; rejects after `timeoutMs`. */
export async function until(probe: () => Promise<boolean>, timeoutMs: number, everyMs = 20): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await probe())) {
    if (performance.now() > end) throw new Error(`not within ${timeoutMs} ms`);
    await Bun.sleep(everyMs);
  }
}
