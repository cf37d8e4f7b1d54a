import { Command, CommanderError } from "commander";
import { InvalidOptionError } from "../../index.ts";
import { checkOptions, checkText, kindOf } from "../../options.ts";

/** How a command is registered. */
export interface CommandOptions {
  /** One sentence for `--help`. */
  readonly help?: string | undefined;
  /** Options as they are written, with a sentence each: `{ "--admin": "may do everything" }`. */
  readonly options?: Readonly<Record<string, string>> | undefined;
}

/** A command: it gets the arguments in their order, and then an object with the options. */
// oxlint-disable-next-line typescript/no-explicit-any -- arguments of any number, as texts
export type CommandRun = (...args: any[]) => unknown;

/** A command of an application. */
export interface AppCommand extends CommandOptions {
  /** The name and the arguments: "create-user <name>". */
  readonly usage: string;
  readonly group: string | undefined;
  readonly run: CommandRun;
}

/** Where a command writes. */
export interface CliOutput {
  out(text: string): void;
  error(text: string): void;
}

/**
 * The commands of an application or a blueprint. `npx latchkey flask init-db` runs the command
 * `init-db`, in the application's context.
 *
 * @example
 * ```ts
 * app.cli.command("create-user <name>", { help: "add a user" }, async (name: string) => {
 *   await users.add(name);
 * });
 * ```
 */
export class AppCli {
  readonly #commands: AppCommand[] = [];
  readonly #group: string | undefined;

  constructor(group?: string) {
    this.#group = group;
  }

  get commands(): readonly AppCommand[] {
    return this.#commands;
  }

  /**
   * Adds a command.
   *
   * @param usage its name, and arguments: `<name>` must be given, `[name]` may be, `[names...]` is
   *   a list.
   */
  command(usage: string, run: CommandRun): this;
  command(usage: string, options: CommandOptions, run: CommandRun): this;
  command(usage: string, optionsOrRun: CommandOptions | CommandRun, maybeRun?: CommandRun): this {
    checkText("app.cli.command(usage)", usage);
    const run = typeof optionsOrRun === "function" ? optionsOrRun : maybeRun;
    const options = typeof optionsOrRun === "function" ? {} : optionsOrRun;
    if (typeof run !== "function")
      throw new InvalidOptionError(
        `The command "${usage}" has no function. It got ${kindOf(run)}. Fix: app.cli.command("${usage}", () => …).`,
      );
    checkOptions("app.cli.command", options, ["help", "options"]);
    this.#commands.push({ ...options, usage, group: this.#group, run });
    return this;
  }

  /** Adds the commands of a blueprint, under its name. */
  addAll(other: AppCli, group: string | null): void {
    for (const command of other.commands) this.#commands.push({ ...command, group: group ?? undefined });
  }

  /**
   * Adds the commands to a program, each of which runs inside of `around`.
   *
   * @internal
   */
  addTo(program: Command, around: (run: () => unknown) => unknown): void {
    const groups = new Map<string, Command>();
    for (const { usage, group, help, options, run } of this.#commands) {
      let parent = program;
      if (group !== undefined) {
        parent = groups.get(group) ?? program.command(group).description(`commands of ${group}`);
        groups.set(group, parent);
      }
      const command = parent.command(usage).description(help ?? "");
      for (const [flags, sentence] of Object.entries(options ?? {})) command.option(flags, sentence);
      // Commander adds itself as the last argument.
      command.action(async (...args: unknown[]) => void (await around(() => run(...args.slice(0, -1)))));
    }
  }

  /**
   * Runs a command line, and returns its exit code: 0, or 2 for one that cannot be read.
   *
   * @throws what the command throws.
   * @internal
   */
  async run(
    argv: readonly string[],
    output: CliOutput,
    around: (run: () => unknown) => unknown,
    extend: (program: Command) => void = () => {},
  ): Promise<number> {
    const program = new Command("flask").description("Commands of this application.");
    extend(program);
    this.addTo(program, around);
    const prepare = (command: Command): void => {
      command.exitOverride().configureOutput({
        writeOut: (text) => output.out(text),
        writeErr: (text) => output.error(text),
      });
      for (const each of command.commands) prepare(each as Command);
    };
    prepare(program);
    try {
      await program.parseAsync([...argv], { from: "user" });
      return 0;
    } catch (thrown) {
      if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
      throw thrown;
    }
  }
}
