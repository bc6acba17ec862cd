import { AppError } from "../errors.ts";

/** Collects everything that is wrong with an input, so that a person mends it in one go. */
export class Faults {
  readonly #all: { fault: string; mend: string }[] = [];

  get any(): boolean {
    return this.#all.length > 0;
  }

  /** `fault` is a sentence without its full stop that names the input; `mend` a whole sentence. Neither holds a secret. */
  add(fault: string, mend: string): void {
    this.#all.push({ fault, mend });
  }

  /** Throws one AppError "invalid" that lists all faults, when there are any. */
  throwIfAny(): void {
    const [first, ...others] = this.#all;
    if (!first) return;
    if (others.length === 0) throw new AppError("invalid", `${first.fault}.`, { mend: first.mend });
    const shown = this.#all.slice(0, SHOWN).map(({ fault, mend }) => `${fault}. ${mend}`);
    const hidden = this.#all.length - shown.length;
    if (hidden > 0) shown.push(`(${hidden} more like these are not shown)`);
    throw new AppError("invalid", shown.join("\n"), {
      mend: `Correct these ${this.#all.length} and try again.`,
    });
  }
}

/** More would scroll the first ones away. */
const SHOWN = 50;
