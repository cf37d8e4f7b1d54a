/*
 * Primitives
 *
 * The building blocks do not do what their standards say, or are put together in a way that undoes
 * them. Many of the ideas are those of Wycheproof's tests of signed tokens.
 */
import crypto, { hkdfSync } from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { SecretKey } from "latchkey";
import { Signer, type Digest } from "latchkey/signing";
import { expect, test } from "vitest";
import { deriveSubkey } from "../../src/keys/derive.ts";
import {
  ALL_KINDS,
  hkdfExpand,
  KEY,
  loggedIn,
  makeManager,
  nameOf,
  OTHER_KEY,
  outcomeOf,
  reasonsOf,
  seal,
  sealedBytes,
  sealedPlain,
  signerOf,
  Time,
  Visitor,
} from "./support.ts";

const bytes = (hex: string): Buffer => Buffer.from(hex, "hex");
const counting = (from: number, to: number): Buffer =>
  Buffer.from(Array.from({ length: to - from + 1 }, (_, index) => from + index));

const LONG_KEY_TEXT = "Test Using Larger Than Block-Size Key - Hash Key First";
/**
 * Test cases 1, 2 and 6 of RFC 2202 (SHA-1) and RFC 4231 (the others): the key, the text, the MAC.
 */
const HMAC_VECTORS: Readonly<Record<Digest, readonly (readonly [key: Buffer, text: string, mac: string])[]>> = {
  sha1: [
    [Buffer.alloc(20, 0x0b), "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"],
    [Buffer.from("Jefe"), "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"],
    [Buffer.alloc(80, 0xaa), LONG_KEY_TEXT, "aa4ae5e15272d00e95705637ce8a3b55ed402112"],
  ],
  sha256: [
    [Buffer.alloc(20, 0x0b), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
    [
      Buffer.from("Jefe"),
      "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ],
    [Buffer.alloc(131, 0xaa), LONG_KEY_TEXT, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"],
  ],
  sha384: [
    [
      Buffer.alloc(20, 0x0b),
      "Hi There",
      "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
    ],
    [
      Buffer.from("Jefe"),
      "what do ya want for nothing?",
      "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
    ],
    [
      Buffer.alloc(131, 0xaa),
      LONG_KEY_TEXT,
      "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952",
    ],
  ],
  sha512: [
    [
      Buffer.alloc(20, 0x0b),
      "Hi There",
      "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
    ],
    [
      Buffer.from("Jefe"),
      "what do ya want for nothing?",
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
    ],
    [
      Buffer.alloc(131, 0xaa),
      LONG_KEY_TEXT,
      "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
    ],
  ],
};

/**
 * Signatures are HMAC as in RFC 2104: they are those of the test vectors of RFC 2202 and RFC 4231.
 */
test("RFC 4231: the MAC of a signature is not HMAC", () => {
  for (const [digest, vectors] of Object.entries(HMAC_VECTORS) as [Digest, (typeof HMAC_VECTORS)[Digest]][]) {
    for (const [key, text, mac] of vectors) {
      const signer = new Signer(key, { keyDerivation: "none", digest });
      expect(Buffer.from(signer.getSignature(text), "base64url").toString("hex")).toBe(mac);
      expect(signer.verifySignature(text, bytes(mac).toString("base64url"))).toBe(true);
    }
  }
});

/**
 * A MAC that was cut to 80 bits, which a truncated HMAC would allow, is no signature here, nor one
 * of any other length.
 */
test("ATK-truncated-tag: a signature is cut, so that fewer bits have to be guessed", async () => {
  for (const [digest, vectors] of Object.entries(HMAC_VECTORS) as [Digest, (typeof HMAC_VECTORS)[Digest]][]) {
    const [key, text, mac] = vectors[0]!;
    const signer = new Signer(key, { keyDerivation: "none", digest });
    for (let length = 0; length < mac.length / 2; length++)
      expect(signer.verifySignature(text, bytes(mac).subarray(0, length).toString("base64url"))).toBe(false);
    expect(signer.verifySignature(text, bytes(`${mac}00`).toString("base64url"))).toBe(false);
  }
  // A sealed value has a tag of 48 bytes, and what is cut off is missing from its text.
  const { manager, value } = await loggedIn("sealed");
  const sealed = sealedBytes(value);
  const cut = [1, 4, 8, 16, 32, 47, 48].map(
    (length) => `v3.local.${sealed.subarray(0, sealed.length - length).toString("base64url")}`,
  );
  expect(await reasonsOf(manager, "__Host-Http-session", cut)).toEqual(new Set(["bad_signature"]));
});

/** Between the parts of a value and inside them there is nothing but letters of base64url. */
test("ATK-spaces-in-mac: a signature contains spaces, line ends or quotes", async () => {
  for (const kind of ALL_KINDS) {
    const { manager, value } = await loggedIn(kind);
    const end = value.lastIndexOf(".") + 1;
    const values = [" ", "\t", "\n", "\r\n", "\u00a0", '"', "\u0000"].flatMap((blank) => [
      `${value.slice(0, end)}${blank}${value.slice(end)}`,
      `${value.slice(0, end + 7)}${blank}${value.slice(end + 7)}`,
      `${value.slice(0, -1)}${blank}${value.slice(-1)}`,
    ]);
    expect([kind, await reasonsOf(manager, nameOf(kind), values)]).toEqual([kind, new Set(["malformed"])]);
    const signer = new Signer(KEY);
    const signature = signer.getSignature("value");
    for (const blank of [" ", "\n", "="]) {
      for (const text of [
        blank + signature,
        signature + blank,
        signature.slice(0, 9) + blank + signature.slice(9),
        blank + signature.slice(1),
      ])
        expect(signer.verifySignature("value", text)).toBe(false);
    }
  }
});

/**
 * A character more anywhere makes another value: the payload is under the signature, and the
 * signature has one length.
 */
test("ATK-inserted-characters: a character is inserted into each part of a token", async () => {
  for (const kind of ALL_KINDS) {
    const { manager, value } = await loggedIn(kind);
    const places = value
      .split(".")
      .flatMap((part) => [
        value.indexOf(part),
        value.indexOf(part) + Math.floor(part.length / 2),
        value.indexOf(part) + part.length,
      ]);
    const values = places.flatMap((place) =>
      ["A", "-", "_", "0", ".", "%"].map((letter) => value.slice(0, place) + letter + value.slice(place)),
    );
    const reasons = await reasonsOf(manager, nameOf(kind), values);
    expect([...reasons].filter((reason) => !["malformed", "bad_signature"].includes(reason))).toEqual([]);
  }
});

/**
 * A part that is missing, empty, doubled or exchanged makes another shape, or another text under
 * the same signature.
 */
test("ATK-missing-parts: parts of a token are missing, empty, doubled or exchanged", async () => {
  for (const kind of ["signed", "flask", "memory"]) {
    const { manager, value } = await loggedIn(kind);
    const parts = value.split(".");
    const signature = parts.pop()!;
    const rest = parts.join(".");
    const values = [
      rest,
      signature,
      `.${signature}`,
      `${rest}.`,
      `${signature}.${rest}`,
      `${rest}.${rest}.${signature}`,
      `${value}.${value}`,
      `${value}.${signature}`,
      [...parts.toReversed(), signature].join("."),
      `${rest}.${signerOf(kind).getSignature("")}`,
      `.${signerOf(kind).getSignature("")}`,
    ];
    const reasons = await reasonsOf(manager, nameOf(kind), values);
    expect([...reasons].filter((reason) => !["malformed", "bad_signature"].includes(reason))).toEqual([]);
  }
});

/** Base64url has no padding here: with it, in any amount and place, a value has another shape. */
test("ATK-wrong-padding: base64 padding is added to the parts of a token", async () => {
  for (const kind of ALL_KINDS) {
    const { manager, value } = await loggedIn(kind);
    const parts = value.split(".");
    const values = parts.flatMap((part, index) =>
      part === ""
        ? []
        : ["=", "==", "===", "====", "=A"].map((padding) =>
            [...parts.slice(0, index), part + padding, ...parts.slice(index + 1)].join("."),
          ),
    );
    expect([kind, await reasonsOf(manager, nameOf(kind), values)]).toEqual([kind, new Set(["malformed"])]);
  }
});

/**
 * Keys are derived by HKDF-SHA-256: its test vectors hold for the primitive and for an expansion
 * that is written out here.
 */
test("RFC 5869: a derived key is not what HKDF gives", () => {
  const vectors = [
    {
      key: Buffer.alloc(22, 0x0b),
      salt: counting(0x00, 0x0c),
      info: counting(0xf0, 0xf9),
      output: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    },
    {
      key: counting(0x00, 0x4f),
      salt: counting(0x60, 0xaf),
      info: counting(0xb0, 0xff),
      output:
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    },
    {
      key: Buffer.alloc(22, 0x0b),
      salt: Buffer.alloc(0),
      info: Buffer.alloc(0),
      output: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    },
  ];
  const extract = (salt: Buffer, key: Buffer): Buffer => crypto.createHmac("sha256", salt).update(key).digest();
  for (const { key, salt, info, output } of vectors) {
    expect(Buffer.from(hkdfSync("sha256", key, salt, info, output.length / 2)).toString("hex")).toBe(output);
    expect(hkdfExpand(extract(salt, key), info, output.length / 2).toString("hex")).toBe(output);
  }
  const expected = hkdfExpand(extract(Buffer.from("latchkey v1"), Buffer.from(KEY)), Buffer.from("purpose"), 48);
  expect(deriveSubkey(SecretKey.from(KEY), "purpose", 48)).toEqual(expected);
  expect(deriveSubkey(SecretKey.from(KEY), "other", 48)).not.toEqual(expected);
});

/**
 * Sealed cookies are PASETO v3.local as its official test vectors have it, opened and written alike
 * by other code than that of the package.
 */
test("ASVS 11.3.2: a sealed cookie is not what the documentation says it is", async () => {
  const { manager } = await loggedIn("sealed");
  const foreign = seal({ plain: sealedPlain('{"a":1}', { more: ',"sub":"7"' }) });
  expect((await manager.load(`__Host-Http-session=${foreign}`)).data).toEqual({ a: 1 });
  // The other way round: what the package writes, the other code writes too, given the same nonce
  // and id.
  const visitor = new Visitor(makeManager("sealed", new Time(), { keys: KEY }));
  await visitor.visit((session) => (session.data["a"] = 1));
  const nonce = sealedBytes(visitor.value).subarray(0, 32);
  const { id } = await visitor.manager.load(visitor.header);
  expect(visitor.value).toBe(seal({ nonce, plain: sealedPlain('{"a":1}', { id: id! }) }));
});

/**
 * Each sealed value has keys of its own, from 32 bytes of the system's random generator that are
 * used once: no two have one key stream.
 */
test("ASVS 11.3.4: a nonce is used twice, and two texts are encrypted with one key stream", async () => {
  const drawn: Buffer[] = [];
  const originals = { randomBytes: crypto.randomBytes, randomFillSync: crypto.randomFillSync };
  crypto.randomBytes = ((size: number) => {
    const result = originals.randomBytes(size);
    drawn.push(Buffer.from(result));
    return result;
  }) as typeof crypto.randomBytes;
  crypto.randomFillSync = ((buffer: Buffer) => {
    const result = originals.randomFillSync(buffer);
    drawn.push(Buffer.from(result));
    return result;
  }) as typeof crypto.randomFillSync;
  syncBuiltinESMExports();
  try {
    const visitor = new Visitor(makeManager("sealed", new Time(), { keys: KEY }));
    const nonces: Buffer[] = [];
    for (let round = 0; round < 400; round++) {
      await visitor.visit((session) => (session.data["round"] = round % 2));
      nonces.push(sealedBytes(visitor.value).subarray(0, 32));
    }
    expect(new Set(nonces.map((nonce) => nonce.toString("hex"))).size).toBe(400);
    const stream = Buffer.concat(drawn);
    // What was drawn before the counting began is used up by then.
    const places = nonces.slice(200).map((nonce) => stream.indexOf(nonce));
    expect(places.filter((place) => place === -1)).toEqual([]);
    const sorted = places.toSorted((one, two) => one - two);
    expect(sorted.every((place, index) => index === 0 || place - sorted[index - 1]! >= 32)).toBe(true);
  } finally {
    Object.assign(crypto, originals);
    syncBuiltinESMExports();
  }
});

/**
 * A sealed value commits to its key: one text cannot be made to open under two keys of the ring,
 * and the cipher is run for the right key alone.
 */
test("ATK-key-commitment: one ciphertext is built that opens under two keys", async () => {
  const manager = makeManager("sealed", new Time(), { keys: KEY });
  const plain = sealedPlain('{"a":1}');
  const [one, two] = [KEY, OTHER_KEY].map((key) => sealedBytes(seal({ key, plain })));
  // The other key's tag behind our ciphertext, and ours behind the other's.
  const swapped = [
    Buffer.concat([one!.subarray(0, -48), two!.subarray(-48)]),
    Buffer.concat([two!.subarray(0, -48), one!.subarray(-48)]),
  ];
  expect(
    await reasonsOf(
      manager,
      "__Host-Http-session",
      swapped.map((box) => `v3.local.${box.toString("base64url")}`),
    ),
  ).toEqual(new Set(["bad_signature"]));
  expect(await outcomeOf(manager, `__Host-Http-session=v3.local.${one!.toString("base64url")}`)).toBe("anonymous");
});

/**
 * The cookie's name and the application are in the key and in the implicit assertion: a sealed
 * value that was made for another name or application does not open.
 */
test("ATK-associated-data: a sealed value is moved to another cookie or application", async () => {
  const manager = makeManager("sealed", new Time(), { keys: KEY });
  const plain = sealedPlain('{"a":1}');
  const values = [
    seal({ name: "session", plain }),
    seal({ name: "__Host-Http-sessio", plain }),
    seal({ app: "shop", plain }),
    seal({ name: "", plain }),
  ];
  expect(await reasonsOf(manager, "__Host-Http-session", values)).toEqual(new Set(["bad_signature"]));
});
