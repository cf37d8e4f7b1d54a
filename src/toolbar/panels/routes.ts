import type { ApplicationFacts, Applications } from "../applications.ts";
import type { Block, Cell } from "../blocks.ts";
import { counted, formatThrownName } from "../format.ts";
import type { Panel } from "../panel.ts";
import type { Recording } from "../recording.ts";
import { onceASecond } from "./application/once-a-second.ts";

/** The most routes of one application that are stored with each request. */
const MOST = 200;

/** The routes of one application. */
interface ApplicationRoutes {
  readonly name: string;
  /** A line each: methods, path and, if it is known, the name of what answers. */
  readonly routes: readonly string[];
  readonly omitted: number;
  /** Why the routes could not be read; null if they could. */
  readonly failure: string | null;
}

/** The data of the panel Routes. */
export interface RoutesStats {
  readonly applications: readonly ApplicationRoutes[];
  /** The line that answered; null if none did, or if it is not known. */
  readonly matched: string | null;
  /** The pattern that the framework reported. */
  readonly route: string | null;
}

/** Shows the routes of the application, and marks the one that answered. */
export function routesPanel(applications: Applications): Panel<RoutesStats> {
  const read = onceASecond((recording: Recording) =>
    applications.list.flatMap((application) => linesOf(application, recording)),
  );
  return {
    id: "routes",
    title: "Routes",
    collect: (recording) => {
      const all = read(recording);
      return {
        applications: all.map(({ routes, ...rest }) => ({
          ...rest,
          routes: routes.slice(0, MOST),
          omitted: Math.max(0, routes.length - MOST),
        })),
        matched: matchedLine(
          all.flatMap(({ routes }) => routes),
          recording,
        ),
        route: recording.route ?? null,
      };
    },
    subtitle: ({ applications: all }) => {
      const count = all.reduce((sum, { routes, omitted }) => sum + routes.length + omitted, 0);
      return count === 0 ? undefined : String(count);
    },
    view: viewRoutes,
  };
}

function linesOf({ name, routes }: ApplicationFacts, recording: Recording): Omit<ApplicationRoutes, "omitted">[] {
  if (routes === undefined) return [];
  try {
    const lines = routes().map(({ methods, path, name: handler = "" }) =>
      recording.redactText(`${methods} ${path.replaceAll(/\s/g, "%20")} ${handler}`.trimEnd()),
    );
    return [{ name, routes: lines, failure: null }];
  } catch (error) {
    const reason = formatThrownName(error);
    return [{ name, routes: [], failure: `The routes of ${name} could not be read: ${reason}.` }];
  }
}

/** By the pattern first. A router below a path with a parameter reports the path itself. */
function matchedLine(lines: readonly string[], { route, method }: Recording): string | null {
  if (route === undefined) return null;
  const candidates = lines.filter((line) => {
    const [methods = ""] = line.split(" ", 1);
    return methods === "ALL" || methods.split(",").includes(method) || (method === "HEAD" && methods.includes("GET"));
  });
  const pathOf = (line: string): string => line.split(" ", 2)[1] ?? "";
  return (
    candidates.find((line) => pathOf(line) === route) ?? candidates.find((line) => fits(pathOf(line), route)) ?? null
  );
}

/** Whether a pattern with `:name` parts fits a path, part by part. */
function fits(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split("/"), path.split("/")];
  return wanted.length === given.length && wanted.every((part, at) => part.startsWith(":") || part === given[at]);
}

function viewRoutes({ applications, matched, route }: RoutesStats): Block[] {
  const blocks: Block[] = [];
  if (route !== null && matched === null && applications.length > 0)
    blocks.push({
      kind: "note",
      tone: "info",
      text: `The framework reported the route ${route}, which is not in this list.`,
    });
  for (const { name, routes, omitted, failure } of applications) {
    if (failure !== null) blocks.push({ kind: "note", tone: "warn", text: failure });
    blocks.push({
      kind: "table",
      title: `${name}: ${counted(routes.length + omitted, "route")}`,
      columns: [{ title: "" }, { title: "Methods" }, { title: "Path", grow: true }, { title: "Name" }],
      rows: routes.map((line): Cell[] => {
        const [methods = "", path = "", ...handler] = line.split(" ");
        const isMatch = line === matched;
        return [
          isMatch ? { text: "✓ this one", tone: "ok" } : "",
          { text: methods, mono: true },
          { text: path, mono: true, ...(isMatch ? { tone: "ok" as const } : {}) },
          { text: handler.join(" "), mono: true },
        ];
      }),
      empty: "This application has no routes.",
    });
    if (omitted > 0)
      blocks.push({
        kind: "note",
        tone: "info",
        text: `${counted(omitted, "more route is", "more routes are")} not shown.`,
      });
  }
  if (applications.length === 0)
    blocks.push({
      kind: "text",
      text: "No routes are known. On Hono, hand over the application: debugToolbar(toolbar, app). A server without a framework has none.",
    });
  return blocks;
}
