import { escapePattern } from "../key-forms.ts";
import { HIDDEN } from "./hidden-names.ts";

/** One part of a path. */
const SEGMENT = String.raw`[^/?#\s"'<>\\]{1,4000}`;

/**
 * Parts of paths that the application has named, such as `/reset/:token`. They are hidden in any
 * text: in the request's own path, in a Referer and in a log line. What is below such a path
 * (`/reset/x/confirm`) counts too.
 */
export class PathTokens {
  readonly #patterns: readonly RegExp[];

  /** @param paths patterns that were checked, each with one `:name` at least. */
  constructor(paths: readonly string[] = []) {
    this.#patterns = paths.map((path) => new RegExp(patternOf(path), "g"));
  }

  /** The tokens in a text, as they are written there. */
  in(text: string): readonly string[] {
    return this.#patterns.flatMap((pattern) =>
      [...text.matchAll(pattern)].flatMap((match) => match.slice(1).filter((_, index) => index % 2 === 1)),
    );
  }

  hide(text: string): string {
    let result = text;
    for (const pattern of this.#patterns) {
      result = result.replace(pattern, (...match: readonly unknown[]) => {
        // The last two are the position and the whole text.
        const parts = match.slice(1, -2) as readonly string[];
        return parts.map((part, index) => (index % 2 === 1 ? HIDDEN : part)).join("");
      });
    }
    return result;
  }
}

/** "/reset/:token" as source of a regular expression. Its groups are literal and token in turn. */
function patternOf(path: string): string {
  return path
    .split(/:\w+/)
    .map((literal) => `(${escapePattern(literal)})`)
    .join(`(${SEGMENT})`);
}
