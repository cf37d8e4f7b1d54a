import type { JSX } from "preact";
import { useContext, useRef, useState } from "preact/hooks";
import type { AskBlock, Block } from "../blocks.ts";
import { loadBlocks } from "./client.ts";
import type { BlockViewer } from "./table.tsx";
import { ToolbarContext } from "./toolbar-context.ts";

/** A button that asks the server, and shows its answer below. */
export function Ask({
  block: { label, path },
  viewer: Viewer,
}: {
  readonly block: AskBlock;
  readonly viewer: BlockViewer;
}): JSX.Element {
  const { parameters } = useContext(ToolbarContext);
  const [state, setState] = useState<"" | "asked" | "failed" | readonly Block[]>("");
  const answer = useRef<HTMLDivElement>(null);
  const ask = async (): Promise<void> => {
    setState("asked");
    setState((await loadBlocks(parameters, path)) ?? "failed");
    answer.current?.focus();
  };
  return (
    <section class="ask">
      <button type="button" class="action" disabled={state === "asked"} onClick={() => void ask()}>
        {state === "asked" ? `${label} …` : label}
      </button>
      <div ref={answer} class="answer" tabIndex={-1} aria-live="polite">
        {state === "failed" ? <p class="empty">The server has no answer to this any more.</p> : null}
        {typeof state === "string" ? null : state.map((block, index) => <Viewer key={index} block={block} />)}
      </div>
    </section>
  );
}
