import { worst } from "../../catalog/change.ts";
import type { DatabaseSummary } from "../../store/models.ts";
import { type Html, html } from "../html.ts";
import { plural } from "./format.ts";

const WIDTH = 240;
const HEIGHT = 30;
const FLOOR = 2;

/** The last 24 hours as 24 bars, coloured by the worst judgement of each hour; height grows with the logarithm of the count. */
export function activityPicture(activity: DatabaseSummary["activity"]): Html {
  const total = activity.reduce((sum, hour) => sum + hour.changes, 0);
  const judgements = activity.flatMap((hour) => (hour.worst === null ? [] : [hour.worst]));
  const words =
    total === 0
      ? "No changes in 24 hours"
      : `${plural(total, "change")} in 24 hours, the worst ${worst(judgements)}`;
  const step = WIDTH / Math.max(1, activity.length);
  // A path for each colour: a page of tiles has as many bars as all else together.
  const paths = new Map<string, string>();
  for (const [index, hour] of activity.entries()) {
    const height = hour.changes === 0 ? FLOOR : Math.min(HEIGHT, 9 + Math.log2(hour.changes) * 6);
    const bar = `M${round(index * step + 1)} ${HEIGHT}v-${round(height)}h${round(step - 2)}v${round(height)}z`;
    const colour = hour.worst ?? "quiet";
    paths.set(colour, (paths.get(colour) ?? "") + bar);
  }
  return html`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${words}">${[...paths].map(([colour, bars]) => html`<path class="${colour}" d="${bars}"/>`)}</svg>`;
}

function round(value: number): string {
  return String(Number(value.toFixed(1)));
}
