/** The words of npm, and those of another package manager for the same. */
type Words = readonly (readonly [npm: RegExp, other: string])[];

const MANAGERS: Readonly<Record<string, Words>> = {
  npm: [],
  pnpm: [
    [/\bnpm install --save-dev /, "pnpm add --save-dev "],
    [/\bnpm install (?=\S)/, "pnpm add "],
    [/\bnpx /, "pnpm exec "],
    [/\bnpm /, "pnpm "],
  ],
  yarn: [
    [/\bnpm install --save-dev /, "yarn add --dev "],
    [/\bnpm install (?=\S)/, "yarn add "],
    [/\bnpx /, "yarn "],
    [/\bnpm /, "yarn "],
  ],
  bun: [
    [/\bnpm install --save-dev /, "bun add --dev "],
    [/\bnpm install (?=\S)/, "bun add "],
    [/\bnpx /, "bunx "],
    [/\bnpm start\b/, "bun run start"],
    [/\bnpm /, "bun "],
  ],
};

/** A line that each package manager has words for. */
const LINE = /^(?:\S+=\S* )*(?:npm install(?: [^|&;]*)?|npm run \S+|npm start|npx latchkey [^|&;]*)$/;

/**
 * Makes tabs for npm, pnpm, yarn and bun out of each `sh` block in which npm is all that runs. A
 * page in the project has npm's words alone, so it reads well in a forge.
 */
export function packageManagerTabs(markdown: string): string {
  return markdown.replaceAll(/^( *)```sh\n([^]*?)^\1```$/gm, (block: string, indent: string, text: string) => {
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => line.slice(indent.length));
    if (!lines.every((line) => LINE.test(line))) return block;
    const tabs = Object.entries(MANAGERS).flatMap(([name, words]) => [
      `\`\`\`sh [${name}]`,
      ...lines.map((line) => translated(line, words)),
      "```",
    ]);
    return [`::: code-group`, ...tabs, ":::"].map((line) => indent + line).join("\n");
  });
}

function translated(line: string, words: Words): string {
  const rule = words.find(([npm]) => npm.test(line));
  return rule === undefined ? line : line.replace(...rule);
}
