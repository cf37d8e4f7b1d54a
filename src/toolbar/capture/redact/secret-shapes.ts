/** A kind of secret that is known by its form. */
export interface SecretShape {
  /** Replaces the secret, in brackets: "[GitHub token]". */
  readonly name: string;
  /** Where the form is described. */
  readonly source: string;
  /** Has no groups and no flags. */
  readonly pattern: RegExp;
  /**
   * Whether the secret begins a word. True for forms with a short prefix, which would be found
   * inside of other words. It also keeps the search linear where the form has several parts.
   */
  readonly isWord?: boolean;
}

/** The list of rules of gitleaks, for forms that their makers do not describe. */
const GITLEAKS = "https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml";
/** The rules of secretlint, one folder for each maker. */
const SECRETLINT = "https://github.com/secretlint/secretlint/tree/master/packages/%40secretlint";

/**
 * Forms of secrets. The lengths are the least that were seen, so that a longer secret of the same
 * maker is found too.
 *
 * To add one: its maker's prefix, the characters that follow, and the page that says so. The test
 * of this list makes texts from the pattern and looks for them in everything that is recorded.
 */
export const SECRET_SHAPES: readonly SecretShape[] = [
  {
    name: "private key",
    source: "https://www.rfc-editor.org/rfc/rfc7468",
    pattern: /-----BEGIN[A-Z0-9 +_-]{0,60}PRIVATE[ +]KEY(?:[ +]BLOCK)?-----[^]*?(?:-----END[A-Z0-9 +_-]{0,60}-----|$)/,
  },
  { name: "secret key", source: "src/keys/prefixes.ts", pattern: /lk1(?:-dev)?_[A-Za-z0-9_-]{20,}/, isWord: true },
  {
    name: "token",
    source: "https://www.rfc-editor.org/rfc/rfc7519#section-3",
    pattern: /eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){2,4}/,
    isWord: true,
  },
  {
    name: "age key",
    source: "https://github.com/C2SP/C2SP/blob/main/age.md",
    pattern: /AGE-SECRET-KEY-[A-Z0-9-]{40,}/,
  },
  {
    name: "AWS access key id",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids",
    pattern: /(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16,}/,
    isWord: true,
  },
  { name: "AWS session token", source: GITLEAKS, pattern: /(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz|ABSK)[A-Za-z0-9+/=]{60,}/ },
  {
    name: "Azure key",
    source: "https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string",
    pattern: /(?:AccountKey|SharedAccessKey|SharedAccessSignature)=[A-Za-z0-9+/%=_-]{20,}/,
  },
  { name: "Azure secret", source: GITLEAKS, pattern: /[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,}/ },
  {
    name: "GitHub token",
    source: "https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/",
    pattern: /gh[oprsu]_[A-Za-z0-9_]{30,}|github_pat_[A-Za-z0-9_]{22,}/,
  },
  {
    name: "GitLab token",
    source: "https://docs.gitlab.com/security/tokens/#token-prefixes",
    pattern:
      /gl(?:pat|oas|dt|rtr?|cbt|ptt|ft|imt|agent|wt|soat|ffct)-[A-Za-z0-9_-]{20,}(?:\.[a-z0-9]+)*|GR1348941[A-Za-z0-9_-]{20,}/,
  },
  {
    name: "Stripe key",
    source: "https://docs.stripe.com/keys",
    pattern: /[sr]k_(?:live|test|prod)_[A-Za-z0-9]{10,}/,
    isWord: true,
  },
  {
    name: "Stripe secret",
    source: "https://docs.stripe.com/webhooks/signature",
    pattern: /whsec_[A-Za-z0-9+/=]{20,}/,
  },
  {
    name: "Slack token",
    source: "https://docs.slack.dev/authentication/tokens",
    pattern: /xox[abceoprs](?:\.xox[bp])?-[A-Za-z0-9-]{12,}|xapp-\d-[A-Za-z0-9-]{12,}/,
  },
  {
    name: "Slack webhook",
    source: "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks",
    pattern: /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9+/]{20,}/,
  },
  {
    name: "Google key",
    source: "https://docs.cloud.google.com/docs/authentication/api-keys",
    pattern: /AIza[A-Za-z0-9_-]{35,}/,
  },
  {
    name: "Google token",
    source: "https://developers.google.com/identity/protocols/oauth2",
    pattern: /ya29\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,}|1\/\/0[A-Za-z0-9_-]{30,}/,
    isWord: true,
  },
  {
    name: "npm token",
    source: "https://github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format/",
    pattern: /npm_[A-Za-z0-9]{30,}/,
  },
  { name: "PyPI token", source: "https://pypi.org/help/#apitoken", pattern: /pypi-[A-Za-z0-9_-]{40,}/ },
  { name: "RubyGems key", source: GITLEAKS, pattern: /rubygems_[a-f0-9]{40,}/ },
  {
    name: "SendGrid key",
    source: `${SECRETLINT}/secretlint-rule-sendgrid`,
    pattern: /SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{32,}/,
    isWord: true,
  },
  {
    name: "Twilio key",
    source: "https://www.twilio.com/docs/glossary/what-is-a-sid",
    pattern: /SK[0-9a-f]{32,}/,
    isWord: true,
  },
  {
    name: "OpenAI or Anthropic key",
    source: `${SECRETLINT}/secretlint-rule-anthropic`,
    pattern: /sk-(?:(?:proj|svcacct|admin|ant|or|lf)-[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{32,})/,
    isWord: true,
  },
  { name: "Groq key", source: `${SECRETLINT}/secretlint-rule-groq`, pattern: /gsk_[A-Za-z0-9]{40,}/ },
  { name: "Perplexity or xAI key", source: GITLEAKS, pattern: /(?:pplx|xai)-[A-Za-z0-9]{40,}/, isWord: true },
  { name: "Hugging Face token", source: `${SECRETLINT}/secretlint-rule-huggingface`, pattern: /hf_[A-Za-z0-9]{30,}/ },
  { name: "Docker token", source: `${SECRETLINT}/secretlint-rule-docker`, pattern: /dckr_[op]at_[A-Za-z0-9_-]{20,}/ },
  { name: "Vault token", source: GITLEAKS, pattern: /hv[bsr]\.[A-Za-z0-9_-]{24,}/, isWord: true },
  {
    name: "Cloudflare key",
    source: `${SECRETLINT}/secretlint-rule-cloudflare`,
    pattern: /cf(?:k|ut|at)_[A-Za-z0-9]{40,}|v1\.0-[a-f0-9]{24}-[a-f0-9]{100,}/,
    isWord: true,
  },
  { name: "Databricks token", source: GITLEAKS, pattern: /dapi[a-f0-9]{32,}/, isWord: true },
  { name: "DigitalOcean token", source: GITLEAKS, pattern: /do[opr]_v1_[a-f0-9]{40,}/ },
  { name: "Doppler token", source: GITLEAKS, pattern: /dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_-]{40,}/ },
  { name: "Dropbox token", source: GITLEAKS, pattern: /sl\.[A-Za-z0-9_=-]{100,}/, isWord: true },
  { name: "Figma token", source: `${SECRETLINT}/secretlint-rule-figma`, pattern: /fig[dour]_[A-Za-z0-9_-]{30,}/ },
  { name: "Fly token", source: GITLEAKS, pattern: /f(?:o1|m1[ar]|m2)_[A-Za-z0-9+/=_-]{40,}/, isWord: true },
  {
    name: "Grafana token",
    source: `${SECRETLINT}/secretlint-rule-grafana`,
    pattern: /gl(?:c|sa)_[A-Za-z0-9+/=_]{32,}/,
  },
  { name: "Heroku key", source: GITLEAKS, pattern: /HRKU-[A-Za-z0-9_-]{36,}/ },
  { name: "Linear key", source: `${SECRETLINT}/secretlint-rule-linear`, pattern: /lin_(?:api|oauth)_[A-Za-z0-9]{32,}/ },
  { name: "Mailchimp key", source: GITLEAKS, pattern: /[a-f0-9]{32}-us\d{1,2}/ },
  { name: "Mailgun key", source: GITLEAKS, pattern: /key-[a-f0-9]{32,}/, isWord: true },
  { name: "Brevo key", source: GITLEAKS, pattern: /x(?:key|smtp)sib-[a-f0-9]{40,}(?:-[A-Za-z0-9]{8,})?/ },
  { name: "New Relic key", source: GITLEAKS, pattern: /NR(?:AK|JS|II|RA)-[A-Za-z0-9-]{19,}/ },
  { name: "Notion token", source: `${SECRETLINT}/secretlint-rule-notion`, pattern: /ntn_[A-Za-z0-9]{40,}/ },
  { name: "OpenShift token", source: GITLEAKS, pattern: /sha256~[A-Za-z0-9_-]{43,}/ },
  { name: "PlanetScale token", source: GITLEAKS, pattern: /pscale_(?:tkn|oauth|pw)_[A-Za-z0-9_=.-]{32,}/ },
  { name: "Postman key", source: GITLEAKS, pattern: /PMAK-[a-f0-9]{24}-[a-f0-9]{30,}/ },
  { name: "Pulumi token", source: GITLEAKS, pattern: /pul-[a-f0-9]{40,}/ },
  { name: "Sentry token", source: GITLEAKS, pattern: /sntry[su]_[A-Za-z0-9+/=_-]{40,}/ },
  {
    name: "Shopify token",
    source: `${SECRETLINT}/secretlint-rule-shopify`,
    pattern: /shp(?:at|ca|pa|ss|ua)_[A-Fa-f0-9]{32,}/,
  },
  {
    name: "Square or Facebook token",
    source: GITLEAKS,
    pattern: /sq0[a-z]{3}-[A-Za-z0-9_-]{22,}|EAA[A-Za-z0-9_-]{57,}/,
    isWord: true,
  },
  {
    name: "Supabase key",
    source: "https://supabase.com/docs/guides/api/api-keys",
    pattern: /sbp_[a-f0-9]{40,}|sb_secret_[A-Za-z0-9_-]{20,}/,
  },
  {
    name: "Tailscale key",
    source: `${SECRETLINT}/secretlint-rule-tailscale`,
    pattern: /tskey-[a-z]{2,20}-[A-Za-z0-9_]{8,40}-[A-Za-z0-9_]{16,}/,
  },
  {
    name: "Telegram token",
    source: "https://core.telegram.org/bots/api#authorizing-your-bot",
    pattern: /\d{8,12}:AA[A-Za-z0-9_-]{33,}/,
  },
  { name: "Terraform token", source: GITLEAKS, pattern: /[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}/ },
  {
    name: "Vercel token",
    source: `${SECRETLINT}/secretlint-rule-vercel`,
    pattern: /vc[aikpr]_[A-Za-z0-9]{20,}/,
    isWord: true,
  },
  { name: "Atlassian token", source: GITLEAKS, pattern: /AT[AC]TT3[A-Za-z0-9_=-]{100,}/ },
  { name: "Airtable token", source: GITLEAKS, pattern: /pat[A-Za-z0-9]{14}\.[a-f0-9]{64,}/, isWord: true },
  {
    name: "1Password key",
    source: `${SECRETLINT}/secretlint-rule-1password`,
    pattern: /A3-[A-Z0-9]{6}-[A-Z0-9]{6}-?[A-Z0-9]{5}(?:-[A-Z0-9]{5}){3}|ops_eyJ[A-Za-z0-9+/=_-]{100,}/,
    isWord: true,
  },
  {
    name: "Discord webhook",
    source: "https://docs.discord.com/developers/resources/webhook",
    pattern: /discord(?:app)?\.com\/api\/webhooks\/\d{10,}\/[A-Za-z0-9_-]{60,}/,
  },
];
