import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { root } from "../docs/pages.ts";

/** Where `npm run docs` puts the site. */
export const SITE = join(root, "artifacts/site/html");

/** A link, a picture or a script of a built page. */
export interface SiteLink {
  /** The page that has it, such as "toolbar/logs.html". */
  readonly page: string;
  readonly target: string;
  /** The file that it leads to, and the heading. */
  readonly file: string;
  readonly anchor: string | undefined;
}

/** Builds the site, as `npm run docs` does. */
export function buildSite(): void {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly scripts: { readonly docs: string };
  };
  const [, ...given] = scripts.docs.split(" ");
  // Vitest's own settings are not for the build.
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"] };
  execFileSync(process.execPath, given, { cwd: root, stdio: "pipe", env });
}

/** All pages of the built site, such as "index.html" and "toolbar/logs.html". */
export function builtPages(): readonly string[] {
  return globSync("**/*.html", { cwd: SITE })
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
}

const texts = new Map<string, string>();

/** The HTML of a page. */
export function htmlOf(page: string): string {
  let text = texts.get(page);
  if (text === undefined) texts.set(page, (text = readFileSync(join(SITE, page), "utf8")));
  return text;
}

/** The ids that a link to the page can name. */
export function idsOf(page: string): ReadonlySet<string> {
  return new Set([...htmlOf(page).matchAll(/ id="([^"]*)"/g)].map(([, id]) => decode(id!)));
}

/** Every link of a page to another one of the site, and everything that it loads. */
export function linksOf(page: string): readonly SiteLink[] {
  return [...htmlOf(page).matchAll(/ (?:href|src)="([^"]*)"/g)]
    .map(([, target]) => decode(target!))
    .filter((target) => !/^[a-z]+:|^\/\//.test(target))
    .map((target) => {
      const [path = "", anchor] = target.split("#");
      return {
        page,
        target,
        file: fileOf(page, path),
        anchor: anchor === undefined ? undefined : decodeURIComponent(anchor),
      };
    });
}

/** The text of a piece of HTML, in one line. */
export function textOf(html: string): string {
  return decode(html.replaceAll(/<[^>]*>/g, "")).replaceAll(/\s+/g, " ");
}

function fileOf(page: string, path: string): string {
  if (path === "") return page;
  const file = posix.join(
    "/",
    posix.dirname(page),
    path.startsWith("/") ? posix.relative(`/${posix.dirname(page)}`, path) : path,
  );
  const candidates = [file, `${file}.html`, posix.join(file, "index.html")].map((name) => name.slice(1));
  return candidates.find((name) => /\.\w+$/.test(name) && existsSync(join(SITE, name))) ?? candidates[0]!;
}

function decode(html: string): string {
  return html
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll(/&#x([0-9a-f]+);/gi, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 16)))
    .replaceAll("&amp;", "&");
}
