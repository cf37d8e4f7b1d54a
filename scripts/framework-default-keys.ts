/**
 * Keys that stand in the documentation or the source of frameworks and applications, and so in many
 * servers: they join the list of published keys. After adding one, rebuild the list with
 * scripts/build-published-keys.ts.
 */
export const FRAMEWORK_DEFAULT_KEYS: readonly (string | Uint8Array)[] = [
  // Flask: the documentation of today, and its tutorials of the past, as text and as bytes.
  "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
  "d5fb8c4fa8bd46638dadc4e751e0d68d",
  "A0Zr98j/3yX R~XHH!jmN]LWX/,?RT",
  '_5#y2L"F4Q8z\n\u00EC]/',
  '\u00FD{H\u00E5<\u0095\u00F9\u00E3\u0096.5\u00D1\u0001O<!\u00D5\u00A2\u00A0\u009FR"\u00A1\u00A8',
  // Redash, Superset, Airflow, eZ Platform and Symfony.
  "c292a0a3aa32397cdb050e233733900f",
  "\u0002\u0001thisismyscretkey\u0001\u0002\\e\\y\\y\\h",
  "\\2\\1thisismyscretkey\\1\\2\\e\\y\\y\\h",
  "CHANGE_ME_SECRET_KEY",
  "thisISaSECRET_1234",
  "YOUR_OWN_RANDOM_GENERATED_SECRET_KEY",
  "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET",
  "TEST_NON_DEV_SECRET",
  "temporary_key",
  "ThisTokenIsNotSoSecretChangeIt",
  "ThisEzPlatformTokenIsNotSoSecret_PleaseChangeIt",
  // Express, Fastify, Hono, h3, Nuxt, Nest, Remix, iron-session, better-auth, jwt.io.
  "keyboard cat",
  "averylogphrasebiggerthanthirtytwochars",
  "a secret with minimum length of 32 characters",
  "password_at_least_32_characters_long",
  "complex_password_at_least_32_characters_long",
  "80d42cfb-1cd2-462c-8f17-e3237d9027e9",
  "password-with-at-least-32-characters",
  "DO NOT USE THIS VALUE. INSTEAD, CREATE A COMPLEX SECRET AND KEEP IT SAFE OUTSIDE OF THE SOURCE CODE.",
  "DO NOT USE THIS VALUE. INSTEAD, CREATE A COMPLEX SECRET AND KEEP IT SAFE OUTSIDE OF THE SOURCE CODE",
  "r3m1xr0ck5",
  "better-auth-secret-12345678901234567890",
  "a-string-secret-at-least-256-bits-long",
  "your-256-bit-secret",
];
