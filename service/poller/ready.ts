import type { IgnoreMatcher } from "../catalog/ignore.ts";
import type { Slices } from "../slices.ts";
import { isChange, type SeenLook } from "../store/handover.ts";
import type { Lease } from "../store/leases.ts";
import type { Look } from "../store/models.ts";
import type { Baseline } from "./baseline-file.ts";
import type { Sight } from "./eye.ts";
import { attributionOf, type Known, type Mark, prepare } from "./prepare.ts";
import { readability } from "./readability.ts";
import { serverEvent } from "./server-event.ts";
import { standingOf } from "./standing.ts";

/** A look that waits to be handed over, with what will be known once it is. */
export interface Ready {
  readonly seen: SeenLook;
  readonly known: Known;
  /** When it began, on the monotonic clock. */
  readonly started: number;
}

export interface Sighting {
  readonly lease: Lease;
  readonly known: Known;
  readonly sight: Sight;
  readonly requested: readonly string[];
  readonly started: number;
  readonly baseline: Baseline | null;
  readonly ignore: IgnoreMatcher;
  /** When the look ended, and how long it took. */
  readonly moment: () => Pick<Look, "at" | "ms">;
}

/** What a look found, compared with what was known, as the store takes it. */
export function* readied(sighting: Sighting): Slices<Ready> {
  const { lease, known, sight, requested, started } = sighting;
  const { cause, mark, rowVersion } = sight;
  const { content, note, ...prepared } = yield* prepare(known, sight.snapshot, mark.ignore);
  const attribution = yield* attributionOf(known, { content, note, ...prepared }, sight.tap, mark.ignore);
  const event =
    known.content && known.mark && (serverEvent(known.mark.gate, mark.gate) ?? resetEvent(known.mark, mark));
  const differ = prepared.changes.length;
  const outcome =
    differ > 0
      ? `${differ} ${differ === 1 ? "object differs" : "objects differ"} from before.`
      : "The schema is as it was.";
  const happened = event && `${event} ${outcome}`;
  const reach = known.content && readability(known.content.snapshot, content.snapshot);
  const notice = prepared.replaced?.note ?? ([happened, reach].filter(Boolean).join(" ") || null);
  const told = { changes: prepared.changes, attribution, replaced: prepared.replaced };
  const look: Look = {
    outcome: isChange(told) ? "changed" : "unchanged",
    ...sighting.moment(),
    objects: content.snapshot.objects.length,
    reason: note ?? notice,
  };
  const baseline = prepared.next
    ? yield* standingOf(sighting.baseline, content.snapshot, sighting.ignore)
    : null;
  return {
    seen: {
      lease,
      cause,
      look,
      mark,
      rowVersion,
      requested,
      baseline,
      next: prepared.next,
      readdressed: prepared.readdressed,
      current: known.id,
      ...told,
      server: { ...sight.server, notice },
    },
    known: { id: known.id, content, mark, rowVersion },
    started,
  };
}

/** pg_stat_reset sets the counters back that the gate reads. */
function resetEvent(before: Mark, after: Mark): string | null {
  const known = before.tap !== undefined && after.tap !== undefined;
  return known && before.tap?.reset !== after.tap?.reset ? "The server's statistics were reset." : null;
}
