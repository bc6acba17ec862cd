import { type Html, html } from "../html.ts";

/** Milliseconds in the unit a person reads best: "< 1 ms", "0.4 ms", "12 ms", "3.2 s", "4 min", "2 h 5 min". */
export function duration(ms: number): string {
  if (ms < 0.1) return "< 1 ms";
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${trim(ms / 1000)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** Bytes in binary units, with a decimal where it says something: "8 kB", "1.2 GB". */
export function bytes(count: number): string {
  let value = count;
  for (const unit of ["bytes", "kB", "MB", "GB", "TB"]) {
    if (value < 1024 || unit === "TB") return `${unit === "bytes" ? value : trim(value)} ${unit}`;
    value /= 1024;
  }
  return `${count} bytes`;
}

/** A count with its thousands set apart by thin spaces. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** "1 object", "3 objects". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** How long ago, in words; assets/app.js says the same, so that both agree when it takes over. */
export function ago(iso: string, now: Date): string {
  const seconds = Math.floor((now.getTime() - Date.parse(iso)) / 1000);
  if (seconds < 1) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** "2026-11-22 18:40:12 UTC". */
function utc(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** A time told as a distance from now, ticking in the browser; its tooltip has the local time and UTC. */
export function agoTime(iso: string, now: Date): Html {
  return html`<time datetime="${iso}" data-ago title="${utc(iso)}">${ago(iso, now)}</time>`;
}

/** A time told in full, in the reader's zone once the browser knows it; its tooltip has UTC. */
export function fullTime(iso: string): Html {
  return html`<time datetime="${iso}" data-full title="${utc(iso)}">${utc(iso)}</time>`;
}

/** The time of day of a log line, to the millisecond. */
export function clockTime(iso: string): Html {
  return html`<time datetime="${iso}" data-clock title="${utc(iso)}">${iso.slice(11, 23)}</time>`;
}

/** How long until a time, ticking down in the browser. */
export function untilTime(iso: string, now: Date): Html {
  const seconds = Math.max(0, Math.ceil((Date.parse(iso) - now.getTime()) / 1000));
  return html`<time datetime="${iso}" data-until title="${utc(iso)}">${seconds === 0 ? "now" : `in ${seconds} s`}</time>`;
}

/** Milliseconds between two times; null while the second is not there. */
export function between(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : Math.max(0, Date.parse(to) - Date.parse(from));
}

function trim(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toFixed(1)));
}
