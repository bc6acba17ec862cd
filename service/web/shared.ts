import type { Clock } from "../clock.ts";

/** What passes without a notice, such as a lease that ran out, may look this many milliseconds old. */
const MAX_AGE_MS = 1000;

/** Answers of the store that stand until its next notice: views that show the same ask once together, however many they are. */
export class Shared {
  readonly #answers = new Map<string, { readonly at: number; readonly answer: Promise<unknown> }>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What `load` answers, or answered since the last notice. The key names it: one key, one type. A failure is not kept. */
  read<T>(key: string, load: () => Promise<T>): Promise<T> {
    const at = this.#clock.monotonic();
    const known = this.#answers.get(key);
    if (known !== undefined && at - known.at < MAX_AGE_MS) return known.answer as Promise<T>;
    for (const [other, { at: then }] of this.#answers)
      if (at - then >= MAX_AGE_MS) this.#answers.delete(other);
    const answer = load();
    this.#answers.set(key, { at, answer });
    answer.catch(() => {
      if (this.#answers.get(key)?.answer === answer) this.#answers.delete(key);
    });
    return answer;
  }

  /** Something changed: what is asked from now on is read again. */
  forget(): void {
    this.#answers.clear();
  }
}
