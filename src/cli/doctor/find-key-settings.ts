import type { DoctorFinding } from "./finding.ts";
import type { ListedFile } from "./list-files.ts";

/** A key that is made where the application starts: SECRET_KEY = generateSecretKey(). */
const GENERATED =
  /(?:\bSECRET_KEY["'\]]{0,3}|\bsecretKey|\bkeys?)\s{0,20}[=:]\s{0,20}(?:[\w.]{1,40}\s{0,5}\?\?\s{0,5})?(?:(?:new\s+KeyRing|SecretKey\.from)\s{0,5}\(\s{0,5})?generateSecretKey\s{0,5}\(/;
/** Names that are almost SECRET_KEY. */
const NAME = /\b[A-Z][A-Z_]{6,22}\b/g;
const RIGHT = ["SECRET_KEY", "SECRET_KEY_FALLBACKS", "SECRET_KEYS", "SECRET_KEY_FILE", "SECRET_KEY_BASE"];

/** Finds keys that are new at each start, and settings that are almost SECRET_KEY. */
export function findKeySettings(text: string, { path, kind }: ListedFile): readonly DoctorFinding[] {
  if (/(?:^|\/)(?:tests?|examples?|docs?|bench)\/|\.(?:test|spec)\.\w+$/.test(path)) return [];
  return text.split("\n").flatMap((line, index): DoctorFinding[] => {
    if (line.length > 2_000 || /^\s*(?:\/\/|#|\*|\/\*)/.test(line)) return [];
    const where = { path, line: index + 1, severity: "warning" } as const;
    const found: DoctorFinding[] = [];
    if (kind === "source" && GENERATED.test(line))
      found.push({
        ...where,
        code: "key_generated_at_start",
        message:
          "The secret key is made when the application starts. Every restart and every other process has another key, and logs all visitors out.",
        fix: "Make one key (npx latchkey key generate), and read it from the environment: loadKeyRing({ env: process.env }).",
      });
    for (const [name] of line.matchAll(NAME))
      if (isMisspelled(name))
        found.push({
          ...where,
          code: "setting_misspelled",
          message: `${name} is not read by anything. Did you mean SECRET_KEY?`,
          fix: "Write SECRET_KEY.",
        });
    return found;
  });
}

/** One letter changed, added, left out, or swapped with its neighbour. */
function isMisspelled(name: string): boolean {
  const right = "SECRET_KEY";
  if (RIGHT.includes(name) || Math.abs(name.length - right.length) > 1) return false;
  const [short, long] = name.length < right.length ? [name, right] : [right, name];
  if (short.length === long.length) {
    const differing = [...long].flatMap((letter, at) => (letter === short[at] ? [] : [at]));
    const [first, second] = differing;
    if (differing.length === 1) return true;
    return (
      differing.length === 2 &&
      second === first! + 1 &&
      long[first!] === short[second!] &&
      long[second!] === short[first!]
    );
  }
  return [...long].some((_, at) => long.slice(0, at) + long.slice(at + 1) === short);
}
