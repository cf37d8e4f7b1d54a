import { counted, formatMilliseconds } from "../format.ts";
import type { Block } from "../blocks.ts";
import type { Panel } from "../panel.ts";
import type { Profiler, RecordedProfile } from "../profiler/profiler.ts";

/** The data of the panel Profiler. */
export interface ProfilerStats {
  readonly id: string;
  readonly method: string;
  /** What a profile is asked for by: the pattern of the route, or else the path. */
  readonly path: string;
  /** Null if this request was not profiled. */
  readonly profile: RecordedProfile | null;
}

/** Shows the profile of this request, or how to get one of the next. */
export function profilerPanel(profiler: Profiler): Panel<ProfilerStats> {
  return {
    id: "profiler",
    title: "Profiler",
    begin: (recording) => profiler.begin(recording),
    close: () => profiler.close(),
    collect: (recording) => ({
      id: recording.id,
      method: recording.method,
      path: isPlain(recording.route) ? recording.route : recording.path,
      profile: profiler.profileOf(recording) ?? null,
    }),
    subtitle: ({ profile }) => (profile === null ? undefined : `${formatMilliseconds(profile.busy)} ms`),
    view: ({ id, method, path, profile }) => [
      ...(profile === null ? notProfiled : viewProfile(profile, id)),
      {
        kind: "ask",
        label: `Profile the next ${method} ${path}`,
        path: `/profile?${new URLSearchParams({ method, path }).toString()}`,
      },
      { kind: "ask", label: "Profile the next request of any path", path: "/profile" },
    ],
  };
}

const notProfiled: readonly Block[] = [
  {
    kind: "text",
    text: "This request was not profiled. A profile is taken of one request at a time, after you have asked for it.",
  },
];

function viewProfile({ rows, hot, total, busy, others, isCut, hasFile }: RecordedProfile, id: string): Block[] {
  const blocks: Block[] = [
    {
      kind: "numbers",
      items: [
        { value: formatMilliseconds(total), unit: "ms", label: "Total" },
        { value: formatMilliseconds(busy), unit: "ms", label: "JavaScript was running" },
      ],
    },
  ];
  if (others > 0)
    blocks.push({
      kind: "note",
      tone: "warn",
      text: `${counted(others, "other request", "other requests")} ran during a part of this one. The profile is of the whole thread, so their work is in it.`,
    });
  if (isCut) blocks.push({ kind: "note", tone: "warn", text: "The profile was stopped before the request had ended." });
  if (rows.length === 0) blocks.push({ kind: "text", text: "No code of the application was seen at any sample." });
  else blocks.push({ kind: "flame", title: "Calls over time", total, rows });
  blocks.push({
    kind: "table",
    title: "What ran longest",
    columns: [{ title: "Function" }, { title: "Where", grow: true }, { title: "Itself", align: "right" }],
    rows: hot.map(({ label, where, self }) => [
      { text: label, mono: true },
      where === "" ? "" : { text: where, mono: true, where },
      `${formatMilliseconds(self)} ms`,
    ]),
    empty: "Nothing.",
  });
  blocks.push({
    kind: "text",
    text: "Node's own functions are left out, and so is the time in which nothing ran. The 15 to 50 ms that it takes to start a profile are not part of the request's time.",
  });
  if (hasFile) blocks.push({ kind: "download", name: "request.cpuprofile", path: `/exchanges/${id}/profile` });
  return blocks;
}

/** Whether a pattern can be compared part by part. */
function isPlain(route: string | undefined): route is string {
  return route !== undefined && /^\/[\w/:.~-]*$/.test(route);
}
