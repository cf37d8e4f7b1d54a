import type { ComponentChildren, JSX } from "preact";
import type { Tone } from "../blocks.ts";

const SIGNS: Readonly<Record<Tone, string>> = { ok: "✓", warn: "!", error: "✕", info: "i", key: "⚿", plain: "–" };
const WORDS: Readonly<Record<Tone, string>> = {
  ok: "all is well",
  warn: "warning",
  error: "error",
  info: "note",
  key: "key",
  plain: "",
};

/** The sign of a tone, with a word for screen readers. */
export function Sign({ tone }: { readonly tone: Tone }): JSX.Element {
  return (
    <span
      class={`sign ${tone}`}
      role="img"
      aria-label={WORDS[tone] === "" ? undefined : WORDS[tone]}
      aria-hidden={WORDS[tone] === "" ? "true" : undefined}
    >
      {SIGNS[tone]}
    </span>
  );
}

/** The status of a response with the sign of its exchange. */
export function Status({
  tone,
  status,
}: {
  readonly tone: "ok" | "warn" | "error";
  readonly status: number | undefined;
}): JSX.Element {
  return (
    <span class={`status ${tone}`}>
      <Sign tone={tone} />
      {status ?? "…"}
    </span>
  );
}

/** A small label. */
export function Chip({
  tone = "plain",
  children,
  title,
}: {
  readonly tone?: Tone;
  readonly children: ComponentChildren;
  readonly title?: string;
}): JSX.Element {
  return (
    <span class={`chip ${tone}`} title={title}>
      {children}
    </span>
  );
}

/** Milliseconds for the toolbar's lines. */
export function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en-US")} ms`;
}

/** "1 finding", "2 findings". */
export function findings(count: number): string {
  return `${count} finding${count === 1 ? "" : "s"}`;
}
