import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExchangeSummary } from "latchkey/toolbar";
import { cli } from "../../support/cli.ts";
import { bytesOnDisk, startPlantedShop, type Plant, type PlantedShop } from "../../support/planted/planted-shop.ts";
import { halfOf, randomFrom, SECRETS } from "../../support/secrets.ts";
import { redisPrograms, startRedis, type Service } from "../../support/services.ts";

/** How many secrets of each kind are planted. */
const DRAWS = 2;
/** Names of secrets in all forms in which people write names. */
const NAMES = `
  password PASSWORD userPassword user_password user-password user.password passwordHash passwd
  passphrase pwd dbPwd pass smtpPass SMTP_PASS pin userPin pinCode card_pin secret client_secret
  clientSecret CLIENT_SECRET client-secret SecretKey token access_token accessToken refreshToken
  x-csrf-token csrfToken _csrf xsrf idToken api_key apiKey API-KEY x-api-key api.key APIKEY
  private_key privateKey signing_key encryptionKey master-key sharedKey authKey sshKey licenseKey
  accountKey seedPhrase authorization Authorisation auth basicAuth credential credentials creds
  dbCreds cookie sessionid session_id session-key sid connectSid signature sig docSig otp otpCode
  totp totpSecret recovery_code backupCode securityAnswer code_verifier ssn userSsn cvv cvc
  cardCvc card_number cardNumber card-no iban ibanNumber jwt jwtValue bearer connectionString
  connection_string mnemonic SAMLResponse assertion
`
  .trim()
  .split(/\s+/);

let service: Service | undefined;
let shop: PlantedShop;
let events = "";
let stream: ReadableStreamDefaultReader<string>;
let token: string;
/** What was planted, for the last look at the file. */
const planted: string[] = [];

beforeAll(async () => {
  if (redisPrograms !== undefined) service = await startRedis();
  shop = await startPlantedShop(service?.port);
  const page = await (await fetch(`${shop.url}/_latchkey/`)).text();
  token = new URL(/src="([^"]+)"/.exec(page)![1]!.replaceAll("&amp;", "&")).searchParams.get("token")!;
  const answer = await fetch(`${shop.url}/_latchkey/events?token=${token}`);
  stream = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  void (async () => {
    for (let part = await stream.read(); !part.done; part = await stream.read()) events += part.value;
  })().catch(() => {});
}, 300_000);
afterAll(async () => {
  await stream.cancel();
  await shop.stop();
  await service?.stop();
});

async function ask(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<string> {
  const answer = await fetch(
    `${shop.url}/_latchkey/${path}?${new URLSearchParams({ token, ...parameters }).toString()}`,
  );
  expect([path, answer.status]).toEqual([path, 200]);
  return await answer.text();
}

/** Everything that the toolbar says of some requests, by where it says it. */
async function outputsOf(ids: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const outputs: Record<string, string> = { list: await ask("exchanges") };
  for (const [index, id] of ids.entries()) {
    const record = `exchanges/${id}`;
    outputs[`page ${index}`] = await ask(record);
    outputs[`module ${index}`] = await ask(record, { as: "module" });
    outputs[`record ${index}`] = await ask(record, { format: "record" });
    outputs[`export ${index}`] = await ask(record, { format: "record", save: "1" });
    outputs[`copies ${index}`] = await ask(`${record}/copies`);
    const { panels } = JSON.parse(outputs[`record ${index}`]!) as {
      panels: { queries: { groups: readonly { runs: readonly { span: number; isExplainable: boolean }[] }[] } };
    };
    const runs = panels.queries.groups.flatMap((group) => group.runs).filter((run) => run.isExplainable);
    for (const { span } of runs.slice(0, 3)) {
      outputs[`plan ${index} ${span}`] = await ask(`${record}/explain`, { span: String(span) });
      outputs[`raw plan ${index} ${span}`] = await ask(`${record}/explain`, { span: String(span), format: "record" });
    }
  }
  outputs["comparison"] = await ask("compare", { before: ids[0]!, after: ids[2]! });
  const file = ["--file", "requests.sqlite"];
  const run = async (...argv: string[]): Promise<string> => {
    const { code, out, error } = await cli([...argv, ...file], { cwd: shop.folder });
    expect([argv.join(" "), code, error]).toEqual([argv.join(" "), 0, ""]);
    return out;
  };
  // Written a moment after the answer.
  await expect
    .poll(async () => {
      const { requests } = JSON.parse(await run("requests", "--json", "--limit", "5000")) as {
        requests: readonly ExchangeSummary[];
      };
      return ids.filter((id) => !requests.some((line) => line.id === id));
    })
    .toEqual([]);
  outputs["cli list"] = await run("requests", "--limit", "5000");
  outputs["cli list --json"] = await run("requests", "--json", "--limit", "5000");
  for (const id of ids) {
    outputs[`cli request ${id}`] = await run("request", id);
    outputs[`cli request --json ${id}`] = await run("request", id, "--json");
    outputs[`cli logs ${id}`] = await run("request", id, "--panel", "logs");
  }
  outputs["cli diff"] = await run("requests", "diff", ids[0]!, ids[2]!);
  outputs["cli diff --json"] = await run("requests", "diff", ids[1]!, ids[2]!, "--json");
  return outputs;
}

/** Plants, and returns where the texts are found. */
async function leaks(plant: Plant, texts: readonly string[]): Promise<readonly string[]> {
  const { ids, answers } = await shop.plant(plant);
  planted.push(...texts);
  const outputs: Readonly<Record<string, string>> = { "exception page": answers, ...(await outputsOf(ids)), events };
  expect(outputs["page 0"]).toContain("careless");
  expect(outputs["page 2"]).toContain("failed with");
  return Object.entries(outputs).flatMap(([where, output]) =>
    texts
      .filter((text) => output.includes(text))
      .map((text) => `${where}: …${output.slice(Math.max(0, output.indexOf(text) - 80), output.indexOf(text) + 40)}`),
  );
}

/** The forms in which a text stands in JSON, in JSON of JSON, and in an address. */
function formsOf(text: string): readonly string[] {
  const once = JSON.stringify(text).slice(1, -1);
  return [...new Set([text, once, JSON.stringify(once).slice(1, -1), encodeURIComponent(text)])];
}

describe("B13: a secret that is planted in every field is in no output", () => {
  test.each(Object.entries(SECRETS))(
    "%s",
    async (name, make) => {
      const random = randomFrom([...name].reduce((sum, character) => sum * 31 + character.charCodeAt(0), 7));
      for (let draw = 0; draw < DRAWS; draw++) {
        const secret = make(random);
        expect(await leaks({ secret }, [...formsOf(secret), halfOf(secret)])).toEqual([]);
      }
    },
    120_000,
  );

  test.each(["named", "sent"] as const)(
    "by its name, in all forms of names: %s",
    async (place) => {
      for (let from = 0; from < NAMES.length; from += 10) {
        const names = NAMES.slice(from, from + 10);
        const values = Object.fromEntries(names.map((name, index) => [name, `mellow${from + index}${place}fox`]));
        expect(await leaks({ [place]: values }, Object.values(values))).toEqual([]);
      }
    },
    120_000,
  );

  test("on the disk, after all of that", async () => {
    expect(planted.length).toBeGreaterThan(Object.keys(SECRETS).length);
    await shop.plant({});
    const bytes = bytesOnDisk(shop);
    expect(bytes.length).toBeGreaterThan(1_000_000);
    expect(planted.filter((text) => bytes.includes(text))).toEqual([]);
  }, 300_000);
});
