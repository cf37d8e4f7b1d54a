import type { Command } from "commander";
import type { Io } from "../io.ts";
import { UsageError } from "../usage-error.ts";

/** `latchkey completion <shell>`: prints a script with which a shell completes this command. */
export function addCompletion(program: Command, io: Io): void {
  program
    .command("completion")
    .description("print a script that completes the words of this command in your shell")
    .argument("<shell>", "bash, zsh or fish")
    .addHelpText(
      "after",
      `
Examples:
  $ latchkey completion bash >> ~/.bashrc
  $ latchkey completion zsh > "\${fpath[1]}/_latchkey"
  $ latchkey completion fish > ~/.config/fish/completions/latchkey.fish`,
    )
    .action((shell: string) => {
      const tree = wordsOf(program);
      if (shell === "bash") io.out(bash(tree));
      else if (shell === "zsh") io.out(`#compdef latchkey\nautoload -U +X bashcompinit && bashcompinit\n${bash(tree)}`);
      else if (shell === "fish") io.out(fish(tree));
      else throw new UsageError(`There is no completion for "${shell}". Fix: give bash, zsh or fish.`);
    });
}

/** For each path of commands ("", "key", "key rotate" …), the words that may follow. */
type Words = ReadonlyMap<string, readonly { readonly word: string; readonly about: string }[]>;

function wordsOf(program: Command): Words {
  const words = new Map<string, { word: string; about: string }[]>();
  const visit = (command: Command, path: string): void => {
    words.set(path, [
      ...command.commands.map((child) => ({ word: child.name(), about: child.description() })),
      ...command.options.map((option) => ({ word: option.long ?? option.short!, about: option.description })),
    ]);
    for (const child of command.commands) visit(child, path === "" ? child.name() : `${path} ${child.name()}`);
  };
  visit(program, "");
  return words;
}

function bash(words: Words): string {
  const cases = [...words].map(
    ([path, entries]) => `    "${path}") words="${entries.map(({ word }) => word).join(" ")}" ;;`,
  );
  return `_latchkey() {
  local path="" word words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _latchkey latchkey
`;
}

function fish(words: Words): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "\\'")}'`;
  return [...words]
    .flatMap(([path, entries]) =>
      entries.map(({ word, about }) => {
        const when =
          path === ""
            ? "__fish_use_subcommand"
            : path
                .split(" ")
                .map((part) => `__fish_seen_subcommand_from ${part}`)
                .join("; and ");
        return `complete -c latchkey -n ${quote(when)} ${word.startsWith("--") ? `-l ${word.slice(2)}` : `-a ${word}`} -d ${quote(about)}`;
      }),
    )
    .join("\n")
    .concat("\n");
}
