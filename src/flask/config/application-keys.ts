import { KeyRing } from "../../index.ts";
import { loadKeyRing } from "../../keys/index.ts";
import { processEnvironment } from "../../mode.ts";
import type { Config } from "./config.ts";
import { inFlaskTerms, wordsOfFlask } from "./in-flask-terms.ts";
import { warnOfGeneratedKey } from "./warn-of-generated-key.ts";

/** The keys of an application, graded once for each SECRET_KEY. */
export class ApplicationKeys {
  #made: { readonly secret: unknown; readonly debug: boolean; readonly ring: KeyRing } | undefined;

  /**
   * The ring for the present settings; undefined without a key.
   *
   * @throws SecretKeyError `key_refused`, `key_invalid`.
   */
  ringOf(config: Config): KeyRing | undefined {
    const { SECRET_KEY: secret, SECRET_KEY_FALLBACKS: fallbacks, DEBUG: debug } = config;
    if (secret instanceof KeyRing) return secret;
    // Flask treats everything falsy as "no key".
    if (secret === undefined || secret === null || secret.length === 0) return undefined;
    if (this.#made?.secret !== secret || this.#made.debug !== debug) {
      const env = debug ? processEnvironment() : { NODE_ENV: "production" };
      const ring = inFlaskTerms(() =>
        loadKeyRing({ env, secretKey: secret, ...(fallbacks ? { fallbacks } : {}), warn: warnInFlaskTerms }),
      );
      warnOfGeneratedKey(config);
      this.#made = { secret, debug, ring };
    }
    return this.#made.ring;
  }
}

function warnInFlaskTerms(message: string): void {
  process.emitWarning(wordsOfFlask(message), { type: "LatchkeyWarning", code: "LATCHKEY_KEY" });
}
