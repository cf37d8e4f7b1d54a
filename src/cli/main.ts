import { Command, CommanderError } from "commander";
import { LatchkeyError } from "../index.ts";
import { addCompletion } from "./commands/completion.ts";
import { addCookie } from "./commands/cookie.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addFlask } from "./commands/flask.ts";
import { addInit } from "./commands/init.ts";
import { addKey } from "./commands/key.ts";
import { addRequest } from "./commands/request.ts";
import { addRequests } from "./commands/requests.ts";
import { addSessions } from "./commands/sessions.ts";
import { EXIT, paint, type ExitCode, type Io } from "./io.ts";
import { packageVersion } from "./package-folder.ts";
import { UsageError } from "./usage-error.ts";

/**
 * The command `latchkey` as a function. It reads and writes through `io`, and returns the exit
 * code.
 *
 * @param argv the arguments after the command's name.
 */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.good;
  const finish = (exit: ExitCode): void => void (code = exit);
  const program = new Command("latchkey")
    // For the options after `latchkey flask <command>`, which belong to the application's command.
    .enablePositionalOptions()
    .description("One secret key, sessions that reject tampering, and a debug toolbar for TypeScript web servers.")
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.error(text) })
    .showHelpAfterError("(latchkey --help lists the commands)");
  addInit(program, io, finish);
  addKey(program, io, finish);
  addCookie(program, io, finish);
  addSessions(program, io, finish);
  addRequests(program, io, finish);
  addRequest(program, io, finish);
  addDoctor(program, io, finish);
  addFlask(program, io, finish);
  addCompletion(program, io);
  for (const command of allCommands(program))
    command.exitOverride().configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.error(text) });

  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    // Commander also throws for --help and --version, which are not errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.good : EXIT.failed;
    if (error instanceof UsageError || error instanceof LatchkeyError || isSystemError(error)) {
      io.error(`${paint(io, "red", "latchkey:")} ${error.message}\n`);
      return EXIT.failed;
    }
    throw error;
  }
}

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && "syscall" in error;
}
