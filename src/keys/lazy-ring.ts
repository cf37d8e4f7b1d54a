import { SecretKeyError } from "../errors.ts";
import { kindOf } from "../options.ts";
import { KeyRing } from "./key-ring.ts";
import type { SecretKeyInput } from "./secret-key.ts";

/** A ring or a key; or a function that gives one, for what is made before the key is there. */
export type KeysInput = KeyRing | SecretKeyInput | (() => KeyRing | SecretKeyInput);

/** A ring, or a function that opens it when it is first needed. */
export type RingSource = KeyRing | (() => KeyRing);

/** The ring of a source. */
export function ringOf(source: RingSource): KeyRing {
  return typeof source === "function" ? source() : source;
}

/**
 * A function that opens a ring at its first call, and gives the same one from then on. While
 * opening it fails, each call tries again, and throws the error of its own try.
 *
 * @param open what the application has given.
 * @param place how messages name it, such as `option "keys" of SessionManager`.
 * @param accept is called once with the ring; if it throws, the ring does not count as opened.
 */
export function lazyRing(
  open: () => KeyRing | SecretKeyInput,
  place: string,
  accept: (ring: KeyRing, isBareKey: boolean) => void,
): () => KeyRing {
  let opened: KeyRing | undefined;
  return () => {
    if (opened !== undefined) return opened;
    const given: unknown = open();
    if (isThenable(given)) {
      // An unhandled rejection would end the process.
      given.then(undefined, () => {});
      throw new SecretKeyError(
        "key_invalid",
        `The function in the ${place} returned a promise, and a request cannot wait for its key. ` +
          "Fix: keys: () => loadKeyRing(…), or await loadKeyRingAsync(…) before, and pass the ring.",
      );
    }
    if (typeof given === "function")
      throw new SecretKeyError(
        "key_invalid",
        `The function in the ${place} returned ${kindOf(given)}. Fix: let it return the ring, as in () => loadKeyRing(…).`,
      );
    const ring = KeyRing.from(given as KeyRing | SecretKeyInput, place);
    accept(ring, ring !== given);
    return (opened = ring);
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === "function";
}
