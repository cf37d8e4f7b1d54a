import { inspect } from "node:util";

/** A key that stands nowhere else: where it shows, it leaked. */
export const CANARY_KEY = "lk1_cAnArYcAnArY0123456789-QwErTyUiOpAsDfGhJkLyOpwhv";

/** The key in all the forms in which it could get out, the whole of it or its first half. */
const FORMS = [CANARY_KEY, CANARY_KEY.slice(4, 26)].flatMap((text) => {
  const bytes = Buffer.from(text);
  const coded = (["hex", "base64", "base64url"] as const).map((form) =>
    bytes.toString(form).replace(/=+$/, "").slice(0, -2),
  );
  return [
    text,
    ...coded,
    [...text].reverse().join(""),
    encodeURIComponent(text),
    [...bytes].join(","),
    [...bytes].join(", "),
  ];
});

/** The forms of the key that a text shows. */
export function formsIn(text: string): readonly string[] {
  return FORMS.filter((form) => text.includes(form));
}

/** Where a value, however it is looked at, shows the key; empty if nowhere. */
export function leaksOf(value: unknown): readonly string[] {
  const texts = [
    inspect(value, { depth: Infinity, showHidden: true, getters: false, maxArrayLength: null, maxStringLength: null }),
    inspect(value, {
      depth: Infinity,
      customInspect: false,
      showHidden: true,
      maxArrayLength: null,
      maxStringLength: null,
    }),
    safely(() => JSON.stringify(value)),
    safely(() => String(value)),
    safely(() => inspect(structuredClone(value), { depth: Infinity })),
    ...(value instanceof Error ? [value.message, value.stack ?? "", ...leaksOf(value.cause)] : []),
  ];
  return FORMS.filter((form) => texts.some((text) => text.includes(form)));
}

function safely(make: () => string | undefined): string {
  try {
    return make() ?? "";
  } catch {
    return "";
  }
}
