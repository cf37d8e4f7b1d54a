import { generateKeyHint } from "./generate-key-hint.ts";
import { InvalidOptionError } from "../../index.ts";
import type { RunningServer, RunOptions } from "../dispatch/run-server.ts";
import type { UrlMap } from "../routing/url-map.ts";
import type { AppCli, CliOutput } from "./app-cli.ts";

/** What the commands need of an application. */
export interface CommandApplication {
  readonly cli: AppCli;
  readonly urlMap: UrlMap;
  readonly keys: object | undefined;
  debug: boolean;
  appContext(): { run<Result>(run: () => Result): Promise<Awaited<Result>> };
  serve(options: RunOptions): Promise<RunningServer>;
}

interface RunFlags {
  readonly host?: string;
  readonly port?: string;
  readonly debug?: boolean;
}

/** Runs a command line: `run`, `routes`, or a command of the application. */
export async function runAppCommand(
  app: CommandApplication,
  argv: readonly string[],
  output: CliOutput,
): Promise<number> {
  return await app.cli.run(
    argv,
    output,
    async (run) => await app.appContext().run(run),
    (program) => {
      program
        .command("run")
        .description("serve the application on this machine")
        .option("-h, --host <host>", "the address to listen on")
        .option("-p, --port <port>", "the port to listen on")
        .option("--debug", "set DEBUG")
        // `-h` is the host, as in Flask.
        .helpOption("--help", "show this text")
        .action(async ({ host, port, debug }: RunFlags) => {
          if (debug === true) app.debug = true;
          if (app.keys === undefined) output.error(generateKeyHint());
          await app.serve({ host, ...(port === undefined ? {} : { port: portOf(port) }) });
        });
      program
        .command("routes")
        .description("list the rules of the application")
        .option(
          "-s, --sort <by>",
          "endpoint, methods, domain, rule or match (the order in which they were added)",
          "endpoint",
        )
        .option("--all-methods", "show HEAD and OPTIONS as well")
        .action(({ sort, allMethods }: { readonly sort: string; readonly allMethods?: boolean }) =>
          output.out(describeRoutes(app.urlMap, sort, allMethods === true)),
        );
    },
  );
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new InvalidOptionError(`The option --port is a number. It got "${text}". Fix: --port 5000.`);
}

function describeRoutes(urlMap: UrlMap, sort: string, isAll: boolean): string {
  const sorts = ["endpoint", "methods", "domain", "rule", "match"] as const;
  const by = sorts.find((each) => each === sort);
  if (by === undefined)
    throw new InvalidOptionError(
      `The option --sort is one of ${sorts.join(", ")}. It got "${sort}". Fix: --sort rule.`,
    );
  const rows = [...urlMap].map((rule) => ({
    endpoint: rule.endpoint,
    methods: [...(rule.methods ?? [])]
      .filter((method) => isAll || !["HEAD", "OPTIONS"].includes(method))
      .sort()
      .join(", "),
    domain: rule.domain,
    rule: rule.text,
  }));
  if (rows.length === 0) return "No routes were registered.\n";
  if (by !== "match") rows.sort((one, other) => (one[by] < other[by] ? -1 : one[by] > other[by] ? 1 : 0));
  const heads = {
    endpoint: "Endpoint",
    methods: "Methods",
    domain: urlMap.isByHost ? "Host" : "Subdomain",
    rule: "Rule",
  };
  const hasDomains = rows.some(({ domain }) => domain !== "");
  const names = (["endpoint", "methods", "domain", "rule"] as const).filter((name) => name !== "domain" || hasDomains);
  const widths = names.map((name) => Math.max(...[heads, ...rows].map((row) => row[name].length)));
  const line = (row: Readonly<Record<(typeof names)[number], string>>): string =>
    names.map((name, index) => row[name].padEnd(widths[index]!)).join("  ");
  return `${[line(heads), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)].join("\n")}\n`;
}
