import type { JSX } from "preact";

/** Stands in for a request that is not there. */
export function Missing({ lost, empty }: { readonly lost: boolean; readonly empty: boolean }): JSX.Element {
  const text = empty
    ? "Waiting for the first request."
    : lost
      ? "The server no longer has this request: it was restarted, or newer requests have replaced it."
      : "Loading…";
  return (
    <div class="detail-side">
      <div class="panel">
        <p class="empty" role="status">
          {text}
        </p>
      </div>
    </div>
  );
}
