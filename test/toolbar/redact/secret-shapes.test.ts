import { assert, constantFrom, property, sample, stringMatching } from "fast-check";
import { describe, expect, test } from "vitest";
import { generateSecretKey } from "../../../src/keys/generate.ts";
import { KeyRing } from "../../../src/keys/key-ring.ts";
import { Redactor } from "../../../src/toolbar/capture/redact.ts";
import { SECRET_SHAPES } from "../../../src/toolbar/capture/redact/secret-shapes.ts";
import { halfOf, randomFrom, SECRETS } from "../../support/secrets.ts";

const redactor = new Redactor(new KeyRing(generateSecretKey())).forExchange();
/** Texts of a shape, as many as the pattern allows. */
const secretsOf = (pattern: RegExp): ReturnType<typeof stringMatching> =>
  stringMatching(new RegExp(`^(?:${pattern.source})$`));
/** Places in which a secret stands, each with what surrounds it. */
const PLACES: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => `the key is ${secret}, use it`,
  (secret) => `{ value: '${secret}' }`,
  (secret) => JSON.stringify({ value: secret, lines: `a\n${secret}` }),
  (secret) => `https://api.example/x?q=${encodeURIComponent(secret)}&page=2`,
  (secret) => `/download/${encodeURIComponent(secret)}/file`,
  (secret) => `Error: no ${secret}\n    at show (/srv/app/cart.ts:31:9)`,
  (secret) => `value=${secret}`,
  (secret) => `/x/%F1.${encodeURIComponent(secret)}%/y`,
  (secret) => `x${"y ".repeat(3_000)}${secret}`,
  (secret) => `\u001b[31m${secret}\u001b[39m`,
  (secret) => `\u001b[1;38;5;208m${secret}\u001b[0m`,
  (secret) => JSON.stringify({ text: `\u001b[31m${secret}` }),
  (secret) => `/login?next=${encodeURIComponent(`/x?q=${encodeURIComponent(secret)}`)}`,
  (secret) => `/a?b=${encodeURIComponent(`/c?d=${encodeURIComponent(`/e?f=${encodeURIComponent(secret)}`)}`)}`,
];

describe("secrets by their form", () => {
  test.each(SECRET_SHAPES.map(({ name, pattern }) => [name, pattern] as const))(
    "B13: a planted %s is never in a text, whatever stands around it",
    (_, pattern) => {
      assert(
        property(secretsOf(pattern), constantFrom(...PLACES), (secret, place) => {
          const text = redactor.text(place(secret));
          expect(text).not.toContain(secret);
          expect(text).not.toContain(encodeURIComponent(secret));
          // Not even the half of it.
          expect(text).not.toContain(secret.slice(-Math.ceil(secret.length / 2)));
        }),
        { numRuns: 60 },
      );
    },
  );

  test.each(Object.entries(SECRETS))("B13: a %s as its maker gives it out, with a random body", (_, make) => {
    const random = randomFrom(20_261_129);
    for (let draw = 0; draw < 100; draw++) {
      const secret = make(random);
      const texts = PLACES.map((place) => redactor.text(place(secret)));
      const half = halfOf(secret);
      expect([secret, texts.filter((text) => text.includes(half))]).toEqual([secret, []]);
    }
  });

  test("every form of the list has a maker, and only the secret of AWS has none in the list", () => {
    expect(Object.keys(SECRETS).filter((name) => !SECRET_SHAPES.some((shape) => shape.name === name))).toEqual([
      "AWS secret",
    ]);
    expect(SECRET_SHAPES.filter(({ name }) => !(name in SECRETS)).map(({ name }) => name)).toEqual([]);
  });

  test("B13: the secret of an AWS key is found by how random it is", () => {
    const random = randomFrom(7);
    const make = SECRETS["AWS secret"]!;
    const missed = Array.from({ length: 50_000 }, () => make(random)).filter(
      (secret) => redactor.text(secret) === secret,
    );
    // About one of 20,000; a pattern of letters alone missed one of 40.
    expect(missed.length).toBeLessThan(6);
    for (const secret of ["wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "Xk9/bQ2mPz7LrT4vWn8+cYd1HsJf3GuEa0KiRoXt"]) {
      expect(redactor.text(`/x/${secret}/y`)).toBe("/x/[AWS secret]/y");
      expect(redactor.text(`a\n${secret}\nb`)).toBe("a\n[AWS secret]\nb");
    }
  });

  test.each([
    "a commit 3c850e2fbc7e4851e599744128ae3854cec8deaa",
    "src/toolbar/capture/redact/secret-shapes.ts:40",
    "npm_config_user_agent and npm_lifecycle_event",
    "the task-list of sk-loading-indicators is xox-free",
    "id 0f8fad5b-d9cb-469f-a165-70867728950e",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
    "select count(*) from orders where state = 'open' and code = 7",
    "/assets/SKU-12345/AKIA.png",
    "src/toolbar/capture/redact/secretShapes2",
    "/srv/app/v2/Components/Nav/Header/index1",
    "UserAuthenticationServiceConfiguration22",
    "3c850e2fbc7e4851e599744128ae3854cec8deaa/3C850E2FBC7E4851E599744128AE3854CEC8DEAA",
    "getUserByIdAndEmailOrThrowIfNotFoundXyzz",
    "/2026/11/29/en/DE/12/34/56/78/90/ab/CD/ef",
  ])("everyday text stays: %s", (text) => {
    expect(redactor.text(text)).toBe(text);
  });

  test("every shape names where it is described, and a name of its own", () => {
    for (const { source } of SECRET_SHAPES) expect(source).toMatch(/^https:\/\/|^src\//);
    expect(new Set(SECRET_SHAPES.map(({ name }) => name)).size).toBe(SECRET_SHAPES.length);
  });

  test("a text of many secrets takes linear time, and so do texts that nearly are some", () => {
    const texts = SECRET_SHAPES.flatMap(({ pattern }) => sample(secretsOf(pattern), 1)).map((secret) =>
      secret.slice(0, 12),
    );
    for (const text of texts) expect(redactor.text(text.repeat(20_000)).length).toBeLessThan(5_000);
  });
});
