import { OPERATIONS, type Row } from "./measure.ts";

/** All figures as Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const show = ([p50, p99]: readonly [number, number]): string =>
    [p50, p99].map((value) => value.toFixed(value < 20 ? 1 : 0)).join(", ");
  return [
    "| store | sessions | read p50, p99 µs | read and write | touch | bytes per session |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    ...rows.map(
      ({ line, sessions, bytesPerSession, read, write, touch }) =>
        `| ${line} | ${sessions.toLocaleString("en")} | ${show(read)} | ${show(write)} | ${show(touch)} | ${bytesPerSession.toFixed(0)} |`,
    ),
  ].join("\n");
}

/** Each line's greatest number as a multiple of its smallest, as Markdown. */
export function flatnessOf(rows: readonly Row[]): string {
  const lines = Map.groupBy(rows, ({ line }) => line);
  return [
    "| greatest : smallest number | read p50, p99 | read and write | touch |",
    "| --- | ---: | ---: | ---: |",
    ...[...lines].map(([line, own]) => {
      const [first, last] = [own[0]!, own.at(-1)!];
      const cells = OPERATIONS.map((operation) =>
        [0, 1].map((index) => (last[operation][index]! / first[operation][index]!).toFixed(2)).join(", "),
      );
      return `| ${line} | ${cells.join(" | ")} |`;
    }),
  ].join("\n");
}
