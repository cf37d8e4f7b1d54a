import { counted, formatMilliseconds } from "../format.ts";
import type { Block } from "../blocks.ts";
import type { Panel } from "../panel.ts";

/** The data of the panel Timing. Times in milliseconds. */
export interface TimingStats {
  readonly total: number;
  readonly cpu: number | undefined;
  readonly loopBusy: number | undefined;
  readonly others: number;
  readonly marks: readonly { readonly label: string; readonly at: number }[];
  readonly isFinished: boolean;
}

/** Shows how long the request took, and how much of it was CPU and event loop. */
export function timingPanel(slowMs: number): Panel<TimingStats> {
  const isSlow = ({ total }: TimingStats): boolean => total >= slowMs;
  return {
    id: "timing",
    title: "Timing",
    collect: (recording) => ({
      total: recording.elapsed(),
      ...recording.cost,
      marks: recording.marks,
      isFinished: recording.status !== undefined,
    }),
    subtitle: ({ total }) => `${formatMilliseconds(total)} ms`,
    findings: (stats) =>
      isSlow(stats)
        ? [
            {
              tone: "warn",
              text: `The request took ${formatMilliseconds(stats.total)} ms. It counts as slow from ${formatMilliseconds(slowMs)} ms on.`,
            },
          ]
        : [],
    view: (stats) => {
      const headers = stats.marks.find(({ label }) => label === "Headers sent")?.at;
      const blocks: Block[] = [
        {
          kind: "numbers",
          items: [
            {
              value: formatMilliseconds(stats.total),
              unit: "ms",
              label: "Total",
              tone: isSlow(stats) ? "warn" : "plain",
            },
            ...(headers === undefined
              ? []
              : [{ value: formatMilliseconds(headers), unit: "ms", label: "Until headers" }]),
            ...(stats.cpu === undefined ? [] : [{ value: formatMilliseconds(stats.cpu), unit: "ms", label: "CPU" }]),
            ...(stats.loopBusy === undefined
              ? []
              : [{ value: formatMilliseconds(stats.loopBusy), unit: "ms", label: "Event loop busy" }]),
          ],
        },
        {
          kind: "timeline",
          title: "What happened when",
          total: stats.total,
          rows: [
            ...(headers === undefined
              ? [{ label: "Request", start: 0, duration: stats.total, tone: "info" as const }]
              : [
                  {
                    label: "Until headers",
                    start: 0,
                    duration: headers,
                    tone: "info" as const,
                    detail: "handler and middleware",
                  },
                  {
                    label: "Body",
                    start: headers,
                    duration: Math.max(0, stats.total - headers),
                    tone: "key" as const,
                    detail: "until the last byte was written",
                  },
                ]),
            ...stats.marks
              .filter(({ label }) => label !== "Headers sent")
              .map(({ label, at }) => ({ label, start: at, duration: 0 })),
          ],
        },
        { kind: "text", text: explainTiming(stats) },
      ];
      return blocks;
    },
  };
}

function explainTiming({ total, cpu, loopBusy, others }: TimingStats): string {
  if (cpu === undefined && loopBusy === undefined) return "This runtime does not report CPU and event loop.";
  const shared =
    others === 0
      ? "No other request was running at the end, so CPU and event loop are most likely this request's."
      : `CPU and event loop are measured for the whole process: ${counted(others, "other request was", "other requests were")} running at the end.`;
  const busy =
    total > 20 && loopBusy !== undefined && loopBusy > total * 0.8
      ? " The event loop was busy nearly all the time: other requests had to wait."
      : "";
  return shared + busy;
}
