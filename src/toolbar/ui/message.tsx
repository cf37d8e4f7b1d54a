import type { JSX } from "preact";
import type { Copying } from "./use-copying.ts";

/** What was just done, for a few seconds. */
export function Message({ copying: { message, last, show } }: { readonly copying: Copying }): JSX.Element {
  return (
    <div class="message-place" role="status">
      {message === "" ? null : (
        <div class="message">
          {message}
          {last === undefined ? null : (
            <button type="button" class="link" onClick={() => show(last)}>
              Show
            </button>
          )}
        </div>
      )}
    </div>
  );
}
