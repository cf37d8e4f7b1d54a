import { spawn } from "node:child_process";

/**
 * What a command of git writes, line by line. A line ends with a line feed and with nothing else,
 * so that a carriage return or a line separator of Unicode cannot hide what follows it.
 *
 * @throws Error with git's own first sentence, if git fails or is not there.
 */
export async function* gitLines(folder: string, args: readonly string[]): AsyncGenerator<string> {
  const git = spawn("git", ["-C", folder, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let complaint = "";
  git.stderr.setEncoding("utf8").on("data", (text: string) => (complaint = (complaint + text).slice(0, 1000)));
  const ended = new Promise<string | undefined>((resolve) => {
    git.once("error", (error) => resolve(error.message));
    git.once("close", (code) => resolve(code === 0 ? undefined : complaint.split("\n")[0] || `git ended with ${code}`));
  });
  let rest = "";
  try {
    for await (const chunk of git.stdout.setEncoding("utf8")) {
      const lines = (chunk as string).split("\n");
      lines[0] = rest + lines[0]!;
      rest = lines.pop()!;
      yield* lines;
    }
  } catch {
    // A program that could not be started has no output. The reason follows.
  }
  if (rest !== "") yield rest;
  const failure = await ended;
  if (failure !== undefined) throw new Error(failure);
}
