import type { Command } from "commander";
import { pathOf, recordChanges, type RecordChange } from "../../toolbar/compare/record-changes.ts";
import type { ExchangeSummary } from "../../toolbar/exchange-page.ts";
import { EXIT, type ExitCode, type Io } from "../io.ts";
import { describeDiff } from "../records/describe-diff.ts";
import { describeList } from "../records/describe-list.ts";
import { recordFilter, type FilterOptions } from "../records/filter-records.ts";
import { checkName, findRequest, noRecords, withRecords, type PlaceOptions } from "../records/read-records.ts";

interface Options extends PlaceOptions, FilterOptions {
  readonly json?: boolean;
}

/** `latchkey requests …`: lists and compares the requests that the debug toolbar has recorded. */
export function addRequests(program: Command, io: Io, finish: (code: ExitCode) => void): void {
  const requests = withPlace(
    program
      .command("requests")
      .description("list the requests that the debug toolbar has recorded, newest first")
      .option("--failed", "only with a status from 400, an exception, or a finding that is an error")
      .option("--slow [ms]", "only those that took at least so many milliseconds (default: 500)")
      .option("--path <text>", "only with this text in the path")
      .option("--method <name>", "only with this method")
      .option("--status <codes>", "only with this status: 404, 5xx, or several (404,5xx)")
      .option("--since <time>", "only since then: 30s, 10m, 2h, 1d, or a date")
      .option("--limit <count>", "at most so many", "20"),
  )
    .addHelpText("after", LIST_HELP)
    .action(async (options: Options) => {
      const filter = recordFilter(options);
      const found = await withRecords(options, io, async ({ list }) => await Promise.resolve(filter(list)));
      if (options.json === true) io.out(`${JSON.stringify({ version: 1, requests: found ?? [] }, null, 2)}\n`);
      else if (found === undefined) io.error(`${noRecords(options)}\n`);
      else io.out(found.length === 0 ? "No request fits.\n" : describeList(found, io));
      finish((found ?? []).length === 0 ? EXIT.nothing : EXIT.good);
    });

  withPlace(
    requests
      .command("diff")
      .description("say what differs between two requests: status, headers, session, queries, findings")
      .argument("<before>", '"last", or an id; its first 4 characters or more are enough')
      .argument("<after>", "the other one"),
  )
    .addHelpText("after", DIFF_HELP)
    .action(async (before: string, after: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const names = [before, after];
      names.forEach(checkName);
      const records = await withRecords(options, io, async (opened) => {
        const lines = names.map((name) => findRequest(name, opened.list));
        return await Promise.all(
          lines.map(async (line) => (line === undefined ? undefined : await opened.record(line.id))),
        );
      });
      const [one, other] = records ?? [];
      if (records === undefined || one === undefined || other === undefined) {
        const missing = one === undefined ? before : after;
        io.error(records === undefined ? `${noRecords(options)}\n` : `There is no request ${missing}.\n`);
        finish(EXIT.nothing);
        return;
      }
      const changes = recordChanges(one, other);
      io.out(
        options.json === true
          ? `${JSON.stringify({ version: 1, before: one.summary, after: other.summary, changes: changes.map(toJson) }, null, 2)}\n`
          : describeDiff(one.summary, other.summary, changes, io),
      );
    });
}

/** A change as it is printed: with its path as one text. */
function toJson({ keys, ...values }: RecordChange): object {
  return { path: pathOf({ keys }), ...values };
}

/** The line of the request that a user names. If it does not exist, says so on standard error. */
export function requestNamed(name: string, list: readonly ExchangeSummary[], io: Io): ExchangeSummary | undefined {
  const found = findRequest(name, list);
  if (found === undefined)
    io.error(
      name === "last"
        ? "No request has been recorded yet.\n"
        : `There is no request ${name}. It may have been dropped for newer ones.\n`,
    );
  return found;
}

/** The options that say where the records are. */
export function withPlace(command: Command): Command {
  return command
    .option("--json", "print JSON")
    .option("--directory <dir>", "the application's folder", ".")
    .option("--file <path>", "the history file, if the application sets the option historyFile");
}

const CODES = "Exit code: 0 if something was found, 1 if not, 2 if the call is wrong or the records cannot be read.";

const LIST_HELP = `
Examples:
  $ latchkey requests --failed --since 10m
  $ latchkey requests --path /login --method POST --json
  $ latchkey requests diff 1f3a 9c02

${CODES}`;

const DIFF_HELP = `
Examples:
  $ latchkey requests diff 1f3a 9c02
  $ latchkey requests diff 1f3a last --json

${CODES}`;
