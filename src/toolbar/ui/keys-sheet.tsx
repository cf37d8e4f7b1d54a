import type { JSX } from "preact";
import { Sheet } from "./sheet.tsx";

const KEYS: readonly (readonly [keys: string, meaning: string])[] = [
  ["/", "search the requests"],
  ["[  ]", "an older, a newer request"],
  ["← →", "the panels, while a tab has the focus"],
  ["↑ ↓", "the requests, and rows that open"],
  ["c", "compare with the last good request of the same route"],
  ["y", "copy the request as cURL"],
  ["p", "pin the request, or remove its pin"],
  ["?", "this sheet"],
  ["Esc", "one level back"],
];

/** The list of keys. */
export function KeysSheet({
  shortcut,
  onClose,
}: {
  readonly shortcut: string;
  readonly onClose: () => void;
}): JSX.Element {
  return (
    <Sheet title="Keys" onClose={onClose}>
      <dl class="keys">
        {shortcut === "" ? null : (
          <div>
            <dt>
              <kbd>{shortcut}</kbd>
            </dt>
            <dd>open and close the toolbar, from anywhere on the page</dd>
          </div>
        )}
        {KEYS.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              {keys.split(/\s+/).map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p class="text">All but the first work only while the focus is in the toolbar.</p>
    </Sheet>
  );
}
