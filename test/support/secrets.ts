/*
 * Secrets as their makers give them out, with random bodies. They are not made of the patterns that
 * look for them, so that a pattern that is too narrow is found. The random numbers are always the
 * same ones.
 */

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const DIGITS = "0123456789";
const ALNUM = UPPER + LOWER + DIGITS;

const URL64 = `${ALNUM}-_`;
const BASE64 = `${ALNUM}+/`;
const HEX = `${DIGITS}abcdef`;

/** Numbers from 0 to below a bound: a generator of George Marsaglia (xorshift32). */
export type Random = (bound: number) => number;

export function randomFrom(seed: number): Random {
  let state = seed | 0 || 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

/** Makes secrets of one kind. */
export type MakeSecret = (random: Random) => string;

const of =
  (alphabet: string, length: number): MakeSecret =>
  (random) =>
    Array.from({ length }, () => alphabet[random(alphabet.length)]).join("");
/** Texts, and what makes the parts between them. */
const made =
  (...parts: readonly (string | MakeSecret)[]): MakeSecret =>
  (random) =>
    parts.map((part) => (typeof part === "string" ? part : part(random))).join("");
const oneOf =
  (...makers: readonly MakeSecret[]): MakeSecret =>
  (random) =>
    makers[random(makers.length)]!(random);
const dashed = (alphabet: string, ...lengths: readonly number[]): MakeSecret =>
  made(...lengths.flatMap((length, index) => (index === 0 ? [of(alphabet, length)] : ["-", of(alphabet, length)])));
const base64Of =
  (bytes: number): MakeSecret =>
  (random) =>
    Buffer.from(Array.from({ length: bytes }, () => random(256))).toString("base64");
const base64urlOf =
  (json: string): MakeSecret =>
  () =>
    Buffer.from(json).toString("base64url");

/** By the names of src/toolbar/capture/redact/secret-shapes.ts, and the secret of an AWS key. */
export const SECRETS: Readonly<Record<string, MakeSecret>> = {
  "private key": oneOf(
    made("-----BEGIN PRIVATE KEY-----\n", of(BASE64, 64), "\n", of(BASE64, 40), "==\n-----END PRIVATE KEY-----"),
    made("-----BEGIN RSA PRIVATE KEY-----\n", of(BASE64, 64), "\n-----END RSA PRIVATE KEY-----"),
    made("-----BEGIN OPENSSH PRIVATE KEY-----\n", of(BASE64, 70), "\n-----END OPENSSH PRIVATE KEY-----"),
    made("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n", of(BASE64, 64), "\n-----END PGP PRIVATE KEY BLOCK-----"),
  ),
  "secret key": made("lk1_", of(URL64, 48)),
  token: made(
    base64urlOf('{"alg":"HS256","typ":"JWT"}'),
    ".",
    base64urlOf('{"sub":"7","iat":1516239022}'),
    ".",
    of(URL64, 43),
  ),
  "age key": made("AGE-SECRET-KEY-1", of("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)),
  "AWS access key id": made((random) => ["AKIA", "ASIA"][random(2)]!, of(`${UPPER}234567`, 16)),
  "AWS session token": made("IQoJb3JpZ2luX2Vj", of(BASE64, 300), "=="),
  "AWS secret": of(BASE64, 40),
  "Azure key": made("AccountKey=", base64Of(64)),
  "Azure secret": made(of(`${ALNUM}_~.`, 3), of(DIGITS, 1), "Q~", of(`${ALNUM}_~.-`, 33), of(ALNUM, 1)),
  "GitHub token": oneOf(
    made((random) => ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"][random(5)]!, of(ALNUM, 36)),
    made("github_pat_", of(ALNUM, 22), "_", of(ALNUM, 59)),
  ),
  "GitLab token": made("glpat-", of(URL64, 19), of(ALNUM, 1)),
  "Stripe key": made((random) => ["sk_live_", "sk_test_", "rk_live_"][random(3)]!, of(ALNUM, 24)),
  "Stripe secret": made("whsec_", of(ALNUM, 32)),
  "Slack token": oneOf(
    made("xoxb-", of(DIGITS, 12), "-", of(DIGITS, 12), "-", of(ALNUM, 24)),
    made("xoxp-", of(DIGITS, 12), "-", of(DIGITS, 12), "-", of(DIGITS, 12), "-", of(HEX, 32)),
    made("xapp-1-", of(UPPER + DIGITS, 11), "-", of(DIGITS, 13), "-", of(HEX, 64)),
  ),
  "Slack webhook": made(
    "https://hooks.slack.com/services/T",
    of(UPPER + DIGITS, 8),
    "/B",
    of(UPPER + DIGITS, 8),
    "/",
    of(ALNUM, 24),
  ),
  "Google key": made("AIzaSy", of(URL64, 33)),
  "Google token": oneOf(made("ya29.", of(URL64, 100)), made("GOCSPX-", of(URL64, 28)), made("1//0", of(URL64, 60))),
  "npm token": made("npm_", of(ALNUM, 36)),
  "PyPI token": made("pypi-AgEIcHlwaS5vcmc", of(URL64, 80)),
  "RubyGems key": made("rubygems_", of(HEX, 48)),
  "SendGrid key": made("SG.", of(URL64, 22), ".", of(URL64, 43)),
  "Twilio key": made("SK", of(HEX, 32)),
  "OpenAI or Anthropic key": oneOf(
    made("sk-", of(ALNUM, 48)),
    made("sk-proj-", of(URL64, 74)),
    made("sk-ant-api03-", of(URL64, 93), "AA"),
  ),
  "Groq key": made("gsk_", of(ALNUM, 52)),
  "Perplexity or xAI key": oneOf(made("pplx-", of(ALNUM, 48)), made("xai-", of(ALNUM, 80))),
  "Hugging Face token": made("hf_", of(UPPER + LOWER, 34)),
  "Docker token": made("dckr_pat_", of(URL64, 27)),
  "Vault token": oneOf(made("hvs.", of(URL64, 90)), made("hvb.", of(URL64, 120))),
  "Cloudflare key": oneOf(made("cfut_", of(ALNUM, 40)), made("v1.0-", of(HEX, 24), "-", of(HEX, 146))),
  "Databricks token": made("dapi", of(HEX, 32)),
  "DigitalOcean token": made("dop_v1_", of(HEX, 64)),
  "Doppler token": made("dp.pt.", of(ALNUM, 43)),
  "Dropbox token": made("sl.", of(URL64, 130)),
  "Figma token": made("figd_", of(URL64, 40)),
  "Fly token": oneOf(made("fo1_", of(URL64, 43)), made("fm2_", of(BASE64, 120), "=")),
  "Grafana token": oneOf(made("glsa_", of(ALNUM, 32), "_", of(HEX, 8)), made("glc_", of(BASE64, 80))),
  "Heroku key": made("HRKU-", dashed(HEX, 8, 4, 4, 4, 12)),
  "Linear key": made("lin_api_", of(ALNUM, 40)),
  "Mailchimp key": made(of(HEX, 32), "-us", of(DIGITS, 2)),
  "Mailgun key": made("key-", of(HEX, 32)),
  "Brevo key": made("xkeysib-", of(HEX, 64), "-", of(ALNUM, 16)),
  "New Relic key": made("NRAK-", of(UPPER + DIGITS, 27)),
  "Notion token": made("ntn_", of(ALNUM, 46)),
  "OpenShift token": made("sha256~", of(URL64, 43)),
  "PlanetScale token": made("pscale_tkn_", of(URL64, 43)),
  "Postman key": made("PMAK-", of(HEX, 24), "-", of(HEX, 34)),
  "Pulumi token": made("pul-", of(HEX, 40)),
  "Sentry token": oneOf(made("sntryu_", of(HEX, 64)), made("sntrys_eyJ", of(BASE64, 140), "_", of(BASE64, 43))),
  "Shopify token": made((random) => ["shpat_", "shpca_", "shppa_", "shpss_"][random(4)]!, of(HEX, 32)),
  "Square or Facebook token": oneOf(made("sq0csp-", of(URL64, 43)), made("EAA", of(ALNUM, 120))),
  "Supabase key": oneOf(made("sbp_", of(HEX, 40)), made("sb_secret_", of(URL64, 31))),
  "Tailscale key": made("tskey-auth-", of(ALNUM, 12), "CNTRL-", of(ALNUM, 32)),
  "Telegram token": made(of(DIGITS, 10), ":AA", of(URL64, 33)),
  "Terraform token": made(of(ALNUM, 14), ".atlasv1.", of(ALNUM, 67)),
  "Vercel token": made("vcp_", of(ALNUM, 56)),
  "Atlassian token": made("ATATT3xFfGF0", of(URL64, 171), "=", of(UPPER + DIGITS, 8)),
  "Airtable token": made("pat", of(ALNUM, 14), ".", of(HEX, 64)),
  "1Password key": oneOf(
    made("A3-", of(UPPER + DIGITS, 6), "-", of(UPPER + DIGITS, 6), "-", dashed(UPPER + DIGITS, 5, 5, 5, 5)),
    made("ops_eyJ", of(BASE64, 300)),
  ),
  "Discord webhook": made("https://discord.com/api/webhooks/", of(DIGITS, 18), "/", of(URL64, 68)),
};

/** The last word characters of a secret, which identify it: half of it is as bad as all of it. */
export function halfOf(secret: string): string {
  const core = secret.replace(/\s*-----END[^]*$/, "").trimEnd();
  return core.slice(-Math.min(24, Math.ceil(core.length / 2)));
}
