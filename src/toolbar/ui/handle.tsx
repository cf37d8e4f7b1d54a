import type { JSX, Ref } from "preact";
import type { ExchangeSummary } from "../exchange-page.ts";
import { findings, Mark, milliseconds, Status } from "./sign.tsx";

/** The closed toolbar: a summary of the request in a corner of the page. */
export function Handle(properties: {
  readonly summary: ExchangeSummary | undefined;
  readonly lost: boolean;
  readonly later: number;
  readonly onOpen: () => void;
  readonly element: Ref<HTMLButtonElement>;
}): JSX.Element {
  const { summary, lost, later, onOpen, element } = properties;
  return (
    <button
      type="button"
      ref={element}
      class="handle"
      aria-expanded="false"
      aria-keyshortcuts="Alt+D"
      title="Latchkey debug toolbar (Alt+D)"
      onClick={onOpen}
    >
      <Mark />
      <span class="hidden">Open the debug toolbar: </span>
      {summary === undefined ? (
        <span class="dim">{lost ? "! no record" : "…"}</span>
      ) : (
        <Figures summary={summary} later={later} />
      )}
    </button>
  );
}

function Figures({ summary, later }: { readonly summary: ExchangeSummary; readonly later: number }): JSX.Element {
  const trouble = summary.tone === "error";
  return (
    <>
      <Status tone={summary.tone} status={summary.status} />
      {trouble ? (
        <span class="path">
          {summary.method} {summary.path}
        </span>
      ) : (
        <span class="ms">{milliseconds(summary.duration)}</span>
      )}
      {summary.findings > 0 ? <span class={`words ${summary.tone}`}>{findings(summary.findings)}</span> : null}
      {later > 0 ? (
        <span class="later" title={`${later} later request${later === 1 ? "" : "s"}`}>
          +{later}
        </span>
      ) : null}
    </>
  );
}
