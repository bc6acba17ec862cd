import type { ObjectChange } from "../../catalog/change.ts";
import type { ImpactOutput } from "../steps/impact.ts";
import type { JudgeOutput } from "../steps/judge.ts";
import type { LoadOutput } from "../steps/load.ts";
import { impactSection } from "./impact.ts";
import type { Block, Inline, Report, Section } from "./model.ts";
import { type OutsideOutcome, outsideSection } from "./outside.ts";
import { attributeLine, plural } from "./values.ts";
import { whoSection } from "./who.ts";

/** Objects with a part of their own; the change's page shows all. */
const MAX_OBJECTS = 50;

/** What a run has to say: what changed since the last look, how dangerous it is, what it reaches, and the baseline. */
export function buildReport(from: {
  readonly load: LoadOutput;
  readonly judge: JudgeOutput;
  readonly impact: ImpactOutput;
  /** What was handed to engines outside. */
  readonly outside: readonly OutsideOutcome[];
}): Report {
  const { load, judge, impact, outside } = from;
  const { database, look, change } = load;
  const standing = standingText(load.baseline);
  if (!change && look?.outcome === "failed") {
    const reason = look.reason ?? "No reason was given.";
    return {
      title: `${database}: the look failed`,
      summary: `The look at ${database} failed: ${reason}`,
      sections: [
        {
          heading: "What changed",
          blocks: [say("Unknown: the look failed.", ` ${reason}`), ...lookBlocks(load)],
        },
        { heading: "Baseline", blocks: [say(standing, " As of the last look that succeeded.")] },
      ],
    };
  }
  if (!change) {
    return {
      title: `${database}: nothing changed`,
      summary: `Nothing changed since the last look. ${standing}`,
      sections: [
        {
          heading: "What changed",
          blocks: [say("Nothing changed since the last look."), ...lookBlocks(load)],
        },
        { heading: "Baseline", blocks: baselineBlocks(load.baseline) },
      ],
    };
  }
  const total = judge.counts.breaking + judge.counts.risky + judge.counts.safe;
  return {
    title:
      total === 0
        ? `${database}: ${judge.summary}`
        : `${database}: ${plural(total, "change")} (${judge.summary})`,
    summary: `${capital(judge.summary)}: ${change.summary}. ${standing}`,
    sections: [
      changedSection(load, judge),
      whoSection(change),
      impactSection(impact),
      ...outside.map(outsideSection),
      { heading: "Baseline", blocks: baselineBlocks(load.baseline) },
    ],
  };
}

function changedSection({ change, look, ...load }: LoadOutput, judge: JudgeOutput): Section {
  const objects = change?.objects ?? [];
  const total = judge.counts.breaking + judge.counts.risky + judge.counts.safe;
  const shown = objects.slice(0, MAX_OBJECTS);
  const blocks: Block[] = [
    say(`Since the last look: ${judge.summary}.`),
    ...(change?.note ? [say(change.note)] : []),
    ...lookBlocks({ ...load, change, look }),
    ...shown.map(objectBlock),
  ];
  if (total > shown.length)
    blocks.push(
      say(`And ${total - shown.length} more: `, { link: "all of them", to: `/changes/${change?.id}` }, "."),
    );
  return { heading: "What changed", blocks };
}

function objectBlock(object: ObjectChange): Block {
  const { kind, identity, action, from, compatibility, why, safer, contains = [] } = object;
  const heading: Inline[] = [
    `${capital(kind)} `,
    { code: identity },
    ` ${action} `,
    { judgement: compatibility },
  ];
  const blocks: Block[] = [];
  const lines = Object.entries(object.attributes).map(([name, change]) =>
    attributeLine(name, change, action),
  );
  if (from !== undefined) lines.unshift(["was ", { code: from }]);
  if (contains.length > 0) {
    lines.push([
      "with ",
      ...contains.flatMap((part): Inline[] => [`${part.kind} `, { code: part.identity }, ", "]).slice(0, -1),
    ]);
  }
  if (lines.length > 0) blocks.push({ type: "list", items: lines });
  blocks.push(say(why));
  const lock = lockText(object);
  if (lock) blocks.push(say(lock));
  if (safer !== null) blocks.push(say({ strong: "The safer way:" }, ` ${safer}`));
  return { type: "object", heading, blocks };
}

function lockText({ lock, lockOn, rewrite, scan }: ObjectChange): string | null {
  if (!lock) return null;
  const on = lockOn ? ` on ${lockOn}` : "";
  const work = rewrite ? ", while it rewrites the data" : scan ? ", while it reads all of the data" : "";
  return `Lock: ${lock}${on}${work}.`;
}

function lookBlocks({ look, change }: Pick<LoadOutput, "look" | "change">): Block[] {
  if (!look) return change ? [say(`Found at ${change.foundAt}.`)] : [];
  const seen = look.objects === null ? "" : ` and saw ${plural(look.objects, "object")}`;
  const blocks = [say(`The look at ${look.at} took ${round(look.ms)} ms${seen}.`)];
  if (look.reason && look.outcome !== "failed") blocks.push(say(look.reason));
  return blocks;
}

function baselineBlocks(baseline: LoadOutput["baseline"]): Block[] {
  const blocks = [say(standingText(baseline))];
  if (baseline.file) blocks.push(say("Baseline: ", { code: baseline.file }, "."));
  if (baseline.state === "drifted") {
    blocks.push(say("To approve the schema as it is, update the baseline file by a pull request."));
  }
  return blocks;
}

/** How the schema stands to its baseline, as a sentence. */
function standingText({ state, reason, drift }: LoadOutput["baseline"]): string {
  switch (state) {
    case "none":
      return "No baseline.";
    case "synced":
      return "Synced: as the baseline says.";
    case "drifted":
      return `Drifted: ${drift} object${drift === 1 ? " differs" : "s differ"} from the baseline.`;
    case "unreadable":
      return `The baseline cannot be read: ${reason ?? "no reason was given."}`;
  }
}

const say = (...text: Inline[]): Block => ({ type: "paragraph", text });
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const round = (ms: number): string => String(Number(ms.toFixed(1)));
