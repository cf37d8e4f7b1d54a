import type { Command } from "commander";
import type { ExchangeRecord } from "../../toolbar/exchange-record.ts";
import { EXIT, type ExitCode, type Io } from "../io.ts";
import { describeRequest } from "../records/describe-request.ts";
import { checkName, noRecords, printable, withRecords, type PlaceOptions } from "../records/read-records.ts";
import { UsageError } from "../usage-error.ts";
import { requestNamed, withPlace } from "./requests.ts";

interface Options extends PlaceOptions {
  readonly panel?: string;
  readonly json?: boolean;
}

/** `latchkey request <id|last>`: shows what the debug toolbar has recorded of one request. */
export function addRequest(program: Command, io: Io, finish: (code: ExitCode) => void): void {
  withPlace(
    program
      .command("request")
      .description("show one recorded request: the error and its place, findings, session, what took longest")
      .argument("<id>", '"last", or an id; its first 4 characters or more are enough')
      .option("--panel <name>", "print all data of one panel: session, request, logs, …"),
  )
    .addHelpText("after", HELP)
    .action(async (name: string, options: Options) => {
      checkName(name);
      let isListed = false;
      const record = await withRecords(options, io, async (opened) => {
        isListed = true;
        const line = requestNamed(name, opened.list, io);
        return line === undefined ? undefined : await opened.record(line.id);
      });
      if (record === undefined) {
        if (!isListed) io.error(`${noRecords(options)}\n`);
        finish(EXIT.nothing);
        return;
      }
      io.out(textOf(record, options, io));
    });
}

function textOf(record: ExchangeRecord, { panel, json }: Options, io: Io): string {
  if (panel === undefined) return json === true ? `${JSON.stringify(record, null, 2)}\n` : describeRequest(record, io);
  if (!Object.hasOwn(record.panels, panel))
    throw new UsageError(
      `The request has no panel "${printable(panel)}". Fix: give one of ${Object.keys(record.panels).map(printable).join(", ")}.`,
    );
  const stats = record.panels[panel];
  return `${JSON.stringify(json === true ? { ...record, panels: { [panel]: stats } } : stats, null, 2)}\n`;
}

const HELP = `
Examples:
  $ latchkey request last
  $ latchkey request last --json | jq .panels.session.verdict
  $ latchkey request 1f3a --panel logs

Exit code: 0 if there is such a request, 1 if not, 2 if the call is wrong or the records cannot be read.`;
