import { COMPATIBILITIES, worst } from "../../catalog/change.ts";
import type { DatabaseSummary } from "../../store/models.ts";
import type { Totals } from "../../store/read/totals.ts";
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
  return picture(words, paths);
}

/** The last 24 hours of a whole fleet as 24 bars of breaking, risky and safe changes one above the other, the fullest hour as high as there is room. */
export function dayPicture(hours: Totals["hours"]): Html {
  const sums = { breaking: 0, risky: 0, safe: 0 };
  for (const hour of hours) for (const one of COMPATIBILITIES) sums[one] += hour[one];
  const most = Math.max(1, ...hours.map((hour) => hour.breaking + hour.risky + hour.safe));
  const step = WIDTH / Math.max(1, hours.length);
  const paths = new Map<string, string>();
  for (const [index, hour] of hours.entries()) {
    let floor = HEIGHT;
    const draw = (colour: string, height: number) => {
      const bar = `M${round(index * step + 1)} ${round(floor)}v-${round(height)}h${round(step - 2)}v${round(height)}z`;
      paths.set(colour, (paths.get(colour) ?? "") + bar);
      floor -= height;
    };
    for (const one of COMPATIBILITIES) if (hour[one] > 0) draw(one, (hour[one] / most) * HEIGHT);
    if (floor === HEIGHT) draw("quiet", FLOOR);
  }
  const words = `Changes in 24 hours: ${COMPATIBILITIES.map((one) => `${sums[one]} ${one}`).join(", ")}`;
  return picture(words, paths);
}

function picture(words: string, paths: ReadonlyMap<string, string>): Html {
  return html`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${words}">${[...paths].map(([colour, bars]) => html`<path class="${colour}" d="${bars}"/>`)}</svg>`;
}

function round(value: number): string {
  return String(Number(value.toFixed(1)));
}
