/** Replaces a value that is hidden because of its name. */
export const HIDDEN = "••••••••";

const HIDDEN_NAME =
  /passw|passwd|passphrase|passcode|secret|token|credential|authori[sz]ation|cookie|csrf|xsrf|signature|verifier|assertion|mnemonic|saml(?:request|response)|connection[-_.]?string|account[-_.]?key|seed[-_.]?phrase|(?:recovery|backup|security)[-_.]?(?:code|answer|key)|(?:api|access|private|signing|encryption|master|shared|service[-_.]?role|auth|aes|hmac|rsa|ssh|ssl|tls|pgp|gpg|deploy|licen[cs]e|webhook|symmetric|cipher|stripe|aws|gcp|openai)[-_.]?key|session[-_.]?(?:id|key)|card[-_.]?n(?:o|um)|(?:^|[-_.])(?:pwd|pw|pass|pin|otp|totp|ssn|cvv|cvc|sid|sig|auth|jwt|key|iban|creds?|bearer)(?:$|[-_.])/i;
/** The short words of that list, where capitals divide a name: `smtpPass`, `userPin`, `otpCode`. */
const HIDDEN_CAMEL =
  /[a-z0-9](?:Pwd|Pw|Pass|Pin|Otp|Totp|Ssn|Cvv|Cvc|Sid|Sig|Auth|Jwt|Iban|Creds?|Bearer)(?![a-z])|(?:^|[-_.])(?:pwd|pin|otp|totp|ssn|cvv|cvc|jwt|iban)(?=[A-Z])/;

/** Names that hide their value wherever they stand, also in a sentence: "token: abc". */
const HIDDEN_IN_TEXT =
  /passw(?:or)?d|passphrase|passcode|pwd|secret|token|(?:api|access|private)[-_.]?key|credential|csrf|xsrf|ssn|cvv|otp$/i;

/**
 * Names that are a secret in an address or a form, and an everyday word elsewhere: the code and the
 * state of OAuth (RFC 6749, section 4.1.2), the signature and the ticket of a signed address.
 */
const HIDDEN_IN_QUERY = /^(?:code|state|sig|sign|ticket|hash|hmac|x-amz-(?:signature|credential|security-token))$/i;

/** A text has few different names, and a regular expression for each takes longer than all else. */
const REMEMBERED = 2_000;

/** Decides which values are hidden because of their names. */
export class HiddenNames {
  readonly #own: ReadonlySet<string>;
  readonly #known = new Map<string, boolean>();
  readonly #knownInText = new Map<string, boolean>();

  /** @param own names of the application; case, `-`, `_` and `.` make no difference. */
  constructor(own: readonly string[] = []) {
    this.#own = new Set(own.map(plain));
  }

  /** Whether values with this name are hidden everywhere. */
  hides(name: string): boolean {
    return remembered(this.#known, name, () => HIDDEN_NAME.test(name) || HIDDEN_CAMEL.test(name) || this.#isOwn(name));
  }

  /** Whether this name hides its value in any text, so that a sentence counts too. */
  hidesInText(name: string): boolean {
    return remembered(this.#knownInText, name, () => HIDDEN_IN_TEXT.test(name) || this.#isOwn(name));
  }

  /** Whether values with this name are hidden in the query of an address. */
  hidesInQuery(name: string): boolean {
    return HIDDEN_IN_QUERY.test(name) || this.hides(name);
  }

  /** Whether one of the application's own names may be in a text. */
  mayBeIn(text: string): boolean {
    if (this.#own.size === 0) return false;
    const searched = plain(text);
    return [...this.#own].some((name) => searched.includes(name));
  }

  #isOwn(name: string): boolean {
    return this.#own.size > 0 && this.#own.has(plain(name));
  }
}

function remembered(known: Map<string, boolean>, name: string, judge: () => boolean): boolean {
  const before = known.get(name);
  if (before !== undefined) return before;
  const result = judge();
  // Names come from visitors too. A long one is not worth remembering.
  if (known.size < REMEMBERED && name.length < 100) known.set(name, result);
  return result;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.\s]/g, "");
}
