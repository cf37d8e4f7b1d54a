import type { Block, Cell, Finding, OpenableRow } from "../blocks.ts";
import { counted } from "../format.ts";
import type { Panel } from "../panel.ts";
import type { ErrorFrame, RecordedError } from "../recorded-error.ts";

/** Characters of a message in a finding. */
const LONGEST_MESSAGE = 200;

/** What was thrown while the request was answered. */
export interface ExceptionStats {
  readonly status: number | null;
  /** In the order in which they were thrown. */
  readonly errors: readonly RecordedError[];
}

/**
 * Shows what was thrown: the chain of causes, and the application's own frames with their source.
 */
export const exceptionsPanel: Panel<ExceptionStats> = {
  id: "exceptions",
  title: "Exceptions",
  collect: ({ status, errors }) => ({ status: status ?? null, errors }),
  subtitle: ({ errors }) => (errors.length === 0 ? undefined : String(errors.length)),
  findings: ({ status, errors }) => errors.map((error) => findingOf(error, status)),
  view: ({ errors }) =>
    errors.length === 0
      ? [{ kind: "text", text: "No exception was recorded for this request." }]
      : // What was thrown last is what the visitor was answered with.
        errors.toReversed().flatMap((error) => errorBlocks(error)),
};

/** An error that says a status below 500 is a deliberate answer. */
function findingOf(error: RecordedError, status: number | null): Finding {
  const where = ownFrame(error)?.where;
  const message = firstLine(error.message);
  return {
    tone: status !== null && status >= 400 && status < 500 ? "warn" : "error",
    text: `${error.name}${message === "" ? "" : `: ${message}`}`,
    ...(where === undefined ? {} : { where }),
  };
}

function ownFrame({ frames }: RecordedError): ErrorFrame | undefined {
  return frames.find(({ isOwn }) => isOwn);
}

function firstLine(message: string): string {
  const [line = ""] = message.split("\n");
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE)}…` : line;
}

function errorBlocks(error: RecordedError, relation = ""): Block[] {
  const { name, message, code, frames, cause, errors } = error;
  return [
    {
      kind: "verdict",
      tone: "error",
      title: `${relation}${name}`,
      text: message === "" ? undefined : message,
      hint: code === null ? undefined : `code: ${code}`,
    },
    ...frameBlocks(frames),
    ...(cause === null ? [] : errorBlocks(cause, "Caused by ")),
    ...errors.flatMap((inner, index) => errorBlocks(inner, `${index + 1} of ${errors.length}: `)),
  ];
}

function frameBlocks(frames: readonly ErrorFrame[]): Block[] {
  const own = frames.filter(({ isOwn }) => isOwn);
  const others = frames.filter(({ isOwn }) => !isOwn);
  const [first, ...rest] = own;
  const blocks: Block[] = [];
  if (first !== undefined) {
    blocks.push({ kind: "pairs", rows: [{ name: "Thrown at", value: placeCell(first) }] });
    if (first.source.length > 0) blocks.push(sourceBlock(first));
  }
  const rows: (readonly Cell[] | OpenableRow)[] = rest.map((frame) => {
    const { name, where } = frame;
    const cells = [
      { text: name === "" ? "(no name)" : name, mono: true },
      { text: where, mono: true, where },
    ];
    return frame.source.length === 0 ? cells : { cells, more: [sourceBlock(frame)] };
  });
  if (others.length > 0) {
    rows.push({
      cells: [counted(others.length, "call", "calls"), "outside of your code"],
      more: [{ kind: "code", text: others.map(frameText).join("\n") }],
    });
  }
  if (rows.length > 0)
    blocks.push({ kind: "table", columns: [{ title: "Called from" }, { title: "Where", grow: true }], rows });
  return blocks;
}

function placeCell({ where, name }: ErrorFrame): Cell {
  return { text: where, mono: true, where, ...(name === "" ? {} : { detail: `in ${name}` }) };
}

function frameText({ name, where }: ErrorFrame): string {
  return where === "" ? name : name === "" ? where : `${name}  ${where}`;
}

function sourceBlock({ source }: ErrorFrame): Block {
  const width = String(source.at(-1)?.line ?? 0).length;
  return {
    kind: "code",
    text: source
      .map(({ line, text, isHit }) => `${isHit ? ">" : " "} ${String(line).padStart(width)}  ${text}`.trimEnd())
      .join("\n"),
    marked: source.flatMap(({ isHit }, index) => (isHit ? [index] : [])),
  };
}
