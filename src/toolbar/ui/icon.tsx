import type { JSX } from "preact";

/** Lines on a grid of 16. */
const PATHS = {
  mark: "M8.1 8h6.2M11.4 8v2.6M14.3 8v2M8.1 8a3.1 3.1 0 1 1-6.2 0a3.1 3.1 0 0 1 6.2 0",
  close: "M4 4l8 8M12 4l-8 8",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  list: "M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01",
  copy: "M6 6h7v7H6zM10 6V3H3v7h3",
  compare: "M8 2.5v11M5.5 5L3 8l2.5 3M10.5 5L13 8l-2.5 3",
  pin: "M6 2.5h4l-.5 4 2 2.5h-7l2-2.5zM8 9v4.5",
  follow: "M8 13.5v-11M4.5 6L8 2.5 11.5 6",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3.5v9l7-4.5z",
  clear: "M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.5 9h6l.5-9",
  down: "M4 6l4 4 4-4",
  right: "M6 4l4 4-4 4",
  back: "M10 3.5L5.5 8l4.5 4.5",
  out: "M6 3.5H3.5v9h9V10M9 3h4v4M13 3L7.5 8.5",
  search: "M11.5 7a4.5 4.5 0 1 1-9 0a4.5 4.5 0 0 1 9 0M10.5 10.5l3.5 3.5",
  save: "M8 2.5v7.5M4.5 7L8 10.5 11.5 7M3 13.5h10",
} as const;

/** A small drawing. It always stands beside a word, or in a button with a label. */
export function Icon({ name, size = 14 }: { readonly name: keyof typeof PATHS; readonly size?: number }): JSX.Element {
  return (
    <svg
      class={`icon is-${name}`}
      viewBox="0 0 16 16"
      width={size}
      height={size}
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
