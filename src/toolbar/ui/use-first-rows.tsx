import type { JSX } from "preact";
import { useState } from "preact/hooks";

/** The most rows that are drawn before one asks for all. */
const MOST_DRAWN = 250;

/** The first rows of a long list, and a button that shows all of them. */
export function useFirstRows<Row>(rows: readonly Row[]): {
  readonly drawn: readonly Row[];
  readonly button: JSX.Element | null;
} {
  const [isWhole, setWhole] = useState(false);
  const drawn = isWhole ? rows : rows.slice(0, MOST_DRAWN);
  const button =
    drawn.length === rows.length ? null : (
      <button type="button" class="action" onClick={() => setWhole(true)}>
        Show all {rows.length.toLocaleString("en-US")} rows
      </button>
    );
  return { drawn, button };
}
