/**
 * Keys from well-known places, for a message that names the place. The list of published keys holds
 * them too.
 */
export const FAMOUS_KEYS: ReadonlyMap<string, string> = new Map([
  ["keyboard cat", "express-session's documentation"],
  ["192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf", "Flask's documentation"],
  ["dev", "Flask's tutorial"],
  ['_5#y2L"F4Q8z\\n\\xec]/', "Flask's quickstart"],
  ["A0Zr98j/3yX R~XHH!jmN]LWX/,?RT", "Flask's older documentation"],
  ["09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7", "FastAPI's documentation"],
  ["UpNVntn3cDxHJpq99YMc1T1AQgQpc8kfYTuRgBiYa15BLrx8etQoXz3gZv1/u2oq", "Supabase's .env.example"],
  ["base64:J63qRTDLub5NuZvP+kb8YIorGS6qFYHKVo6u7179stY=", "Laravel's documentation"],
  ["your-256-bit-secret", "jwt.io"],
  ["a-string-secret-at-least-256-bits-long", "jwt.io"],
  ["averylogphrasebiggerthanthirtytwochars", "the documentation of @fastify/session"],
  ["complex_password_at_least_32_characters_long", "iron-session's documentation"],
  ["password_at_least_32_characters_long", "iron-session's documentation"],
  ["r3m1xr0ck5", "Remix's documentation"],
  ["ThisTokenIsNotSoSecretChangeIt", "Symfony's templates"],
  ["better-auth-secret-12345678901234567890", "Better Auth's source"],
]);
