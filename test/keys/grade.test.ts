import { createHash, randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { SecretKey } from "latchkey";
import {
  buildKeyFilter,
  generateSecretKey,
  gradeSecretKey,
  readKeyList,
  type KeyFindingCode,
  type KeyVerdict,
} from "latchkey/keys";
import { describe, expect, test } from "vitest";

const good = generateSecretKey();
/**
 * 32 digits of a UUID of version 7 or 1: a random key has them once in about 200,000, and the
 * chance must not fail a test.
 */
const SHAPE_OF_A_CLOCK = /^(?:01[89a-f][0-9a-f]{9}7|[0-9a-f]{12}1[01])[0-9a-f]{2,3}[89ab][0-9a-f]{15}$/;
const codes = (key: unknown): readonly KeyFindingCode[] => gradeSecretKey(key).findings.map(({ code }) => code);

describe("gradeSecretKey refuses", () => {
  test.each<[string, unknown, KeyFindingCode]>([
    ["nothing", undefined, "missing"],
    ["null", null, "missing"],
    ["an empty text", "", "missing"],
    ["no bytes", new Uint8Array(), "missing"],
    ["a number", 1234567890123456, "wrong_type"],
    ["a list of keys", [good], "wrong_type"],
    ["an object", { key: good }, "wrong_type"],
    ["an unpaired surrogate", `${good}\ud800`, "wrong_type"],
    ["white space", " \t\n            \n  ", "blank"],
    ["NUL bytes", new Uint8Array(32), "blank"],
    ["a text of NULs", "\0".repeat(32), "blank"],
    ["NULs and white space", " \0\n".repeat(16), "blank"],
    ["fifteen bytes", randomBytes(15), "too_short"],
    ["the key of the tutorials", "dev", "too_short"],
    ["Express's example", "keyboard cat", "too_short"],
    ["placeholder words", "change-me-to-a-secret-key", "placeholder"],
    ["a long placeholder", "your-very-long-super-secret-key-goes-here-please-change-me", "placeholder"],
    ["a placeholder in camel case", "ThisIsMySuperSecretKeyForTheFlaskApp", "placeholder"],
    ["a placeholder with digits for letters", "s3cr3t_k3y_f0r_my_4pp", "placeholder"],
    ["an unresolved variable", "${SECRET_KEY_BASE}", "unresolved_variable"],
    ["an unresolved variable with text around it", "prefix-${SECRET_KEY}-suffix", "unresolved_variable"],
    ["a template's place", "{{ vault.secret_key }}", "unresolved_variable"],
    ["a shell's command", "$(openssl rand -hex 32)", "unresolved_variable"],
    ["a shell's command without words behind it", "$(generate_key_now)", "unresolved_variable"],
    ["a shell's commands", "$(head -c 32 /dev/urandom | base64)", "unresolved_variable"],
    ["a Windows variable", "%APP_SECRET_KEY_01%", "unresolved_variable"],
    ["code", "process.env.SECRET_KEY", "unresolved_variable"],
    ["the address of a file", "file:/run/secrets/secret_key", "unresolved_variable"],
    ["what to put here", "<put your secret key in here>", "unresolved_variable"],
    ["a printed function", "function makeKey() { return 1; }", "stringified_object"],
    ["a printed class", "class Key extends Base { }", "stringified_object"],
    ["an undefined value", "undefined", "stringified_object"],
    ["a printed object", "[object Promise]", "stringified_object"],
    ["a printed buffer", "<Buffer 01 02 03 04 05 06 07 08>", "stringified_object"],
    ["rows of the keyboard", "qwertyuiopasdfghjkl", "keyboard_walk"],
    ["columns of the keyboard", "1qaz2wsx3edc4rfv5tgb", "keyboard_walk"],
    ["one character", "a".repeat(64), "repeated"],
    ["one byte", Buffer.alloc(32, 0xf7), "repeated"],
    ["a word again and again", "xk7#xk7#xk7#xk7#xk7#xk7#", "repeated"],
    ["the alphabet", "abcdefghijklmnopqrstuvwxyz", "sequence"],
    ["the digits of hexadecimal", "0123456789abcdef", "sequence"],
    ["a few words", "purple monkey dragon kitten", "dictionary_word"],
    ["the digest of a password", createHash("sha256").update("hunter2").digest("hex"), "dictionary_word"],
    ["the digest of nothing", "d41d8cd98f00b204e9800998ecf8427e", "dictionary_word"],
    ["Django's mark", `django-insecure-${good}`, "insecure_prefix"],
    ["Flask's documentation", "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf", "published"],
    ["a UUID that was printed in an article", "d5fb8c4fa8bd46638dadc4e751e0d68d", "published"],
  ])("%s", (_, key, code) => {
    const grade = gradeSecretKey(key);
    expect(grade.verdict).toBe("refused");
    expect(grade.findings.map((finding) => finding.code)).toContain(code);
    expect(grade.summary).toMatch(/^refused: .+\.$/);
  });
});

describe("gradeSecretKey calls weak", () => {
  test.each<[string, string, KeyFindingCode]>([
    ["twelve characters and a word", "Kx8#mQ2!vB7$-monkey", "low_entropy"],
    ["fifteen random bytes in hexadecimal", randomBytes(15).toString("hex"), "low_entropy"],
    ["sixteen characters", "hT7kQ9zLm2XwP4vN", "low_entropy"],
    ["a sentence", "a fox and a hare walk over the old bridge", "low_entropy"],
    ["microseconds since 1970", "1763929417305862", "clock_seeded"],
    ["a date and a time", "2024-01-01T00:00:00Z", "clock_seeded"],
    ["a UUID of a clock", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "low_entropy"],
    ["an object id of MongoDB", "65f1a3c2e4b0d5a6c7e8f901", "low_entropy"],
  ])("%s", (_, key, code) => {
    const grade = gradeSecretKey(key);
    expect(grade.verdict).toBe("weak");
    expect(grade.bits).toBeLessThan(128);
    expect(grade.findings.map((finding) => finding.code)).toContain(code);
  });

  test("a guessable text however it is encoded", () => {
    const text = "this is my secret key for the app";
    for (const key of [
      Buffer.from(text).toString("base64"),
      Buffer.from(text).toString("base64url"),
      Buffer.from(text).toString("hex"),
    ]) {
      expect(gradeSecretKey(key).verdict).toMatch(/weak|refused/);
    }
  });
});

describe("gradeSecretKey accepts with a note", () => {
  test.each<[string, string | Uint8Array, KeyFindingCode]>([
    ["a UUID", "0f8fad5b-d9cb-469f-a165-70867728950e", "uuid"],
    ["a UUID without dashes", generateSecretKey({ format: "uuid" }), "uuid"],
    ["a newline at the end", `${good}\n`, "whitespace_edges"],
    ["letters outside of ASCII", `Grüße ${good}`, "non_ascii"],
    ["more than 64 bytes", randomBytes(40).toString("hex"), "longer_than_block"],
    ["a NUL byte at the end", Buffer.from(`${good}\0`), "trailing_nul"],
    ["a prefix that names an encoding", `base64:${randomBytes(32).toString("base64")}`, "looks_encoded"],
    ["a literal with its quotes", `b'${good}'`, "looks_encoded"],
  ])("%s", (_, key, code) => {
    expect(gradeSecretKey(key).verdict).toBe("acceptable");
    expect(codes(key)).toEqual([code]);
  });

  test("and says how many bytes of UTF-8 a text has", () => {
    const key = `ä${good}`;
    expect(gradeSecretKey(key).findings[0]!.message).toContain(String(Buffer.byteLength(key)));
  });
});

describe("gradeSecretKey finds strong", () => {
  test.each<[string, unknown, number]>([
    ["a generated key", good, 256],
    ["the same as bytes", Buffer.from(good), 256],
    ["the same as a SecretKey", SecretKey.from(good), 256],
    ["24 random bytes in hexadecimal", "b1946ac92492d2347c6235b4d2611184c3f81ae2507d9b34", 192],
    ["64 hexadecimal digits in capitals", randomBytes(32).toString("hex").toUpperCase(), 256],
    ["32 random bytes in base64", randomBytes(32).toString("base64"), 258],
    ["26 characters of base32", "MFZWIZTHNBVGW3DNN2XQ7R5CLE", 130],
  ])("%s", (_, key, bits) => {
    expect(gradeSecretKey(key)).toMatchObject({ verdict: "strong", bits, findings: [] });
  });

  test("random bytes, nearly always (some end with a NUL)", () => {
    for (let index = 0; index < 1000; index++)
      expect(gradeSecretKey(randomBytes(32)).verdict).toMatch(/strong|acceptable/);
  });
});

/**
 * Bytes that look random, and are the same in each run: one key in some millions is a text by
 * chance, and then weak.
 */
function sameBytes(count: number): Buffer {
  return createHash("sha512").update(String(drawn++)).digest().subarray(0, count);
}
let drawn = 0;

function sameUuid(): string {
  const digits = sameBytes(16).toString("hex");
  return `${digits.slice(0, 12)}4${digits.slice(13, 16)}${"89ab"[drawn % 4]}${digits.slice(17)}`;
}

describe("a random key is never refused or weak", () => {
  test.each<[string, string]>([
    ["a UUID that is UTF-8 by chance, in four scripts", "342af3a68ba04ee5bdadd493742c6146"],
    ["a nanoid that is UTF-8 by chance, with a tab", "Lwk-xrNjdnwqYciwQ0JW_"],
    ["50 characters of Django that stand in $( and )", "$(=7q(js1z$jjj4(v^ow47)w76tmpbyaqyv7h&)$u(1zs$!(4)"],
    ["syllables of pwgen that hold small words", "tee1noothethaGheriequarieceesheekai9didi"],
    ["syllables of pwgen with many capital letters", "MeiMaiboreYaijieLoVagohxoKoocheMohSaiMie"],
    ["more of them", "ceesaishu4pooceingohceheishushochishe7ma"],
    [
      "a passphrase that begins with a word of JavaScript",
      "function.darkside.hear.railways.poem.boogie.showtime.jump.dodson.juli",
    ],
    ["another one", "class kermit rivera brothers pizza hampshire rochelle sacrifice falcon king"],
    ["forty digits that begin like a UUID of version 1", "7936670904671085991802420512562101781508"],
    [
      "digits that are a text by chance if two of them are one of its characters",
      "0946685721474128335067692447673634717146",
    ],
    ["a UUID without a letter", "00922901743049208749178802785617"],
    ["16 bytes in base64 without a small letter", "RWNV88J3GPMDAIPS3OIGGQ"],
    ["16 bytes in base64 that hold what looks like words", "Jdou_upitpnujl_TA-5-8w"],
    ["a key made here with parts that look like words", "lk1_DOAWPX-Unyxwopnm-XLYTIl5aFI"],
    ["a key made here without a capital letter", "lk1_zszyumsb-5sqzb5-s_obrpLkbLs"],
  ])("%s", (_, key) => {
    expect(gradeSecretKey(key).verdict).toMatch(/strong|acceptable/);
  });

  test.each<[string, () => string]>([
    ["16 random bytes in hexadecimal", () => sameBytes(16).toString("hex")],
    ["24 random bytes in hexadecimal", () => sameBytes(24).toString("hex")],
    ["a random UUID", () => sameUuid()],
    ["a key made here", () => generateSecretKey()],
    ["a key made here of 16 bytes", () => generateSecretKey({ bytes: 16 })],
  ])("%s, in 20,000 tries", (_, make) => {
    const wrong: string[] = [];
    for (let index = 0; index < 20_000; index++) {
      const key = make();
      const { verdict, summary } = gradeSecretKey(key);
      if ((verdict === "weak" || verdict === "refused") && !SHAPE_OF_A_CLOCK.test(key))
        wrong.push(`${key}: ${summary}`);
    }
    expect(wrong).toEqual([]);
  });

  test("but 16 bytes that have the shape of a UUID made of a clock are weak, as they cannot be told from one", () => {
    const seven = "0190a5e21c3b7def8a123b4c5d6e7f80";
    const one = "3f8c1d7a5b2e11f09a4c0242ac120002";
    for (const key of [seven, one]) {
      expect(key).toMatch(SHAPE_OF_A_CLOCK);
      expect(gradeSecretKey(key)).toMatchObject({ verdict: "weak", findings: [{ code: "low_entropy" }] });
    }
    expect(gradeSecretKey(seven).bits).toBe(74);
    // Other digits where the version and the variant stand, or a clock of the year 2100.
    for (const key of [seven.replace("7def8", "6def8"), seven.replace("7def8", "7def7"), `03b${seven.slice(3)}`])
      expect(gradeSecretKey(key).verdict).toMatch(/strong|acceptable/);
  });
});

describe("gradeSecretKey", () => {
  test("takes any value and throws for none", () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string({ unit: "binary" }), fc.uint8Array()), (value) => {
        const { verdict, bits, findings } = gradeSecretKey(value);
        expect(["strong", "acceptable", "weak", "refused"] satisfies KeyVerdict[]).toContain(verdict);
        expect(bits).toBeGreaterThanOrEqual(0);
        expect(findings.length === 0).toBe(verdict === "strong");
      }),
      { numRuns: 2000 },
    );
  });

  test("never repeats a part of the key", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6, maxLength: 60 }), (key) => {
        const [own, other] = [JSON.stringify(gradeSecretKey(key)), JSON.stringify(gradeSecretKey("0"))];
        // A key that is a part of our own sentences proves nothing.
        fc.pre(!other.includes(key) && !"undefined null true false number".includes(key));
        expect(own).not.toContain(key);
      }),
      { numRuns: 2000 },
    );
  });

  test("grades a text and its UTF-8 bytes alike", () => {
    for (const key of ["changeme-changeme-changeme", good, "Grüße aus dem Wald, sagt der Fuchs"]) {
      expect(gradeSecretKey(Buffer.from(key, "utf8"))).toEqual(gradeSecretKey(key));
    }
  });

  test("is quick for a megabyte", () => {
    expect(gradeSecretKey("secret ".repeat(150_000)).verdict).toBe("refused");
    expect(gradeSecretKey("=".repeat(1_000_000)).verdict).toBe("refused");
  });

  test("looks a key up in lists that are passed in", () => {
    const leaked = generateSecretKey();
    const list = readKeyList(Buffer.from(`${leaked}\n`));
    const filter = readKeyList(buildKeyFilter([leaked]));
    for (const knownKeys of [[list], [filter], [readKeyList(Buffer.from("another\n")), list]]) {
      expect(gradeSecretKey(leaked, { knownKeys })).toMatchObject({
        verdict: "refused",
        findings: [{ code: "published" }],
      });
      expect(gradeSecretKey(good, { knownKeys }).verdict).toBe("strong");
    }
  });
});
