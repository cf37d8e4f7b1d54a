import { InvalidOptionError } from "../../errors.ts";
import { kindOf } from "../../options.ts";

const LONGEST_TAG = 512;

/**
 * Refuses what cannot be the tag of a session.
 *
 * @param place the beginning of the message, such as "The tag of session.login".
 * @throws InvalidOptionError for anything but text of 1 to 512 characters, without NUL.
 */
export function checkTag(tag: unknown, place: string): asserts tag is string {
  const isText = typeof tag === "string" && tag.isWellFormed() && !tag.includes("\0");
  if (isText && tag !== "" && tag.length <= LONGEST_TAG) return;
  const given = typeof tag === "string" ? `a text of ${tag.length} characters` : kindOf(tag);
  throw new InvalidOptionError(
    `${place} must be text of 1 to ${LONGEST_TAG} characters, without NUL. It got ${given}. Fix: pass the claim sid of the ID token, as a string.`,
  );
}
