import { type Html, raw } from "../html.ts";

/** Shapes on a 16 × 16 field. A state is told by its shape and its word, never by colour alone. */
const SHAPES = {
  check: '<circle cx="8" cy="8" r="6.2"/><path d="m5.4 8.2 1.8 1.8 3.5-3.8"/>',
  drift: '<path d="M8 1.8 14.2 8 8 14.2 1.8 8Z"/><path d="M5.6 6.8h4.8M5.6 9.2h4.8M9.4 5.2 6.6 10.8"/>',
  none: '<circle cx="8" cy="8" r="6.2" stroke-dasharray="2.4 2.4"/>',
  unreachable: '<circle cx="8" cy="8" r="6.2"/><path d="m5.8 5.8 4.4 4.4M10.2 5.8l-4.4 4.4"/>',
  breaking: '<path d="M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4Z"/><path d="M8 4.9v3.6M8 11v.1"/>',
  risky: '<path d="M8 2.2 14.4 13.4H1.6Z"/><path d="M8 6.4v3.2M8 11.4v.1"/>',
  waiting: '<circle cx="8" cy="8" r="6.2"/><path d="M8 4.6V8l2.2 1.6"/>',
  running: '<path d="M14.2 8A6.2 6.2 0 1 1 8 1.8"/>',
  cancelled: '<circle cx="8" cy="8" r="6.2"/><path d="m3.8 12.2 8.4-8.4"/>',
  pending: '<circle cx="8" cy="8" r="3"/>',
  added: '<path d="M8 3v10M3 8h10"/>',
  removed: '<path d="M3 8h10"/>',
  altered: '<path d="M8 2.6v7M4.5 6.1h7M4.5 12.8h7"/>',
  renamed: '<path d="M2.5 8h11M9.5 4l4 4-4 4"/>',
  copy: '<rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M10.5 5.5V4A1.5 1.5 0 0 0 9 2.5H4A1.5 1.5 0 0 0 2.5 4v5A1.5 1.5 0 0 0 4 10.5h1.5"/>',
  play: '<path d="M4.5 2.8v10.4L13 8Z"/>',
  wand: '<path d="m3 13 7-7M11.5 1.8v2.6M14 4.5h-2.6M12.9 7.4l-1-1M8.2 3.1l1 1"/>',
  again: '<path d="M13.4 6.2A5.8 5.8 0 1 0 13.8 9M13.8 2.6v3.8H10"/>',
  light:
    '<circle cx="8" cy="8" r="2.8"/><path d="M8 1.4v1.4M8 13.2v1.4M1.4 8h1.4M13.2 8h1.4M3.3 3.3l1 1M11.7 11.7l1 1M3.3 12.7l1-1M11.7 4.3l1-1"/>',
  dark: '<path d="M13.6 9.6A6 6 0 0 1 6.4 2.4a6 6 0 1 0 7.2 7.2Z"/>',
  auto: '<circle cx="8" cy="8" r="6.2"/><path d="M8 1.8v12.4A6.2 6.2 0 0 0 8 1.8Z" fill="currentColor"/>',
  keys: '<rect x="1.6" y="3.8" width="12.8" height="8.4" rx="1.6"/><path d="M4.2 6.6v.1M6.7 6.6v.1M9.3 6.6v.1M11.8 6.6v.1M5.2 9.6h5.6"/>',
  close: '<path d="m4.5 4.5 7 7M11.5 4.5l-7 7"/>',
  leave: '<path d="M6.5 2.5h-3v11h3M7 8h7M11 5l3 3-3 3"/>',
} as const;

export type IconName = keyof typeof SHAPES;

/** A picture hidden from screen readers: the words beside it, or the name of its button, say the same. */
export function icon(name: IconName, classes = ""): Html {
  return raw(
    `<svg class="icon${classes && ` ${classes}`}" viewBox="0 0 16 16" aria-hidden="true">${SHAPES[name]}</svg>`,
  );
}
