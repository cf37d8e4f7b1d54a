import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { copyText } from "./copy-text.ts";
import { Sheet } from "./sheet.tsx";

/** A text to copy by hand: it is selected. */
export function CopySheet({
  title,
  text,
  isCopied,
  onClose,
}: {
  readonly title: string;
  readonly text: string;
  readonly isCopied: boolean;
  readonly onClose: () => void;
}): JSX.Element {
  const area = useRef<HTMLTextAreaElement>(null);
  const [state, setState] = useState(isCopied ? "Copied." : "");
  useLayoutEffect(() => {
    if (isCopied) return;
    area.current?.focus();
    area.current?.select();
  }, [isCopied]);
  const copy = async (): Promise<void> => {
    if (await copyText(text)) return setState("Copied.");
    area.current?.focus();
    area.current?.select();
    setState("The browser does not allow it. The text is selected: press Ctrl+C or ⌘C.");
  };
  return (
    <Sheet title={title} onClose={onClose}>
      <textarea class="copied" ref={area} readOnly spellcheck={false} aria-label={title} value={text} />
      <p class="sheet-foot">
        <button type="button" class="action" onClick={() => void copy()}>
          Copy
        </button>
        <span role="status">
          {state === "" ? "The browser does not allow it. The text is selected: press Ctrl+C or ⌘C." : state}
        </span>
      </p>
    </Sheet>
  );
}
