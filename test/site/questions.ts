/** What a stranger wants to know, and where the site answers. */
export interface Question {
  /** In the words of somebody who does not know Latchkey's. */
  readonly asked: string;
  /**
   * The thread in which people asked it. Without one it is a gap that earlier releases' pages had.
   */
  readonly thread?: string;
  /** The page that answers it, and the heading, such as "/options.html#options-of-the-cookie". */
  readonly answer: string;
  /** Words of the answer, below that heading. */
  readonly says: string;
}

const EXPRESS_SESSION = "https://github.com/expressjs/session/issues";
const IRON_SESSION = "https://github.com/vvo/iron-session/issues";
const BETTER_AUTH = "https://github.com/better-auth/better-auth/issues";
const FLASK = "https://github.com/pallets/flask/issues";

/** Questions that the pages did not answer where a stranger would look. */
export const GAPS: readonly Question[] = [
  {
    asked: "all options of SessionManager and their defaults",
    answer: "/options.html#options-of-sessionmanager",
    says: "idleTimeout",
  },
  { asked: "toolbar options", answer: "/options.html#options-of-toolbar", says: "historyFile" },
  { asked: "loadKeyRing options", answer: "/options.html#options-of-loadkeyring", says: "acceptWeakFallbacksUntil" },
  { asked: "how do I deploy behind nginx", answer: "/deploy.html#nginx", says: "X-Forwarded-Proto" },
  { asked: "docker build", answer: "/deploy.html#docker", says: "secret" },
  {
    asked: "serverless lambda",
    answer: "/deploy.html#serverless-functions",
    says: "nothing may be in the memory of the process",
  },
  { asked: "several processes cluster", answer: "/deploy.html#several-processes", says: "process" },
  {
    asked: "do I need csrf tokens with SameSite lax",
    answer: "/csrf.html#do-forms-need-csrf-tokens-beside-samesite",
    says: "no token is needed",
  },
  { asked: "why is my session not saved", answer: "/troubleshooting.html#why-is-my-session-not-saved", says: "saved" },
  {
    asked: "which node version is supported",
    answer: "/overview.html#supported-versions-of-nodejs",
    says: "Node.js 22.13 or newer",
  },
  { asked: "typescript settings moduleResolution", answer: "/overview.html#typescript", says: "nodenext" },
  {
    asked: "maxAge",
    answer: "/sessions.html#maxage-rolling-and-ttl-the-options-of-other-libraries",
    says: "idleTimeout",
  },
  {
    asked: "rotate the secret key",
    answer: "/keys.html#rotate-the-secret-key-without-logging-anybody-out",
    says: "latchkey key rotate",
  },
  { asked: "nextjs server actions", answer: "/next.html#server-actions", says: "action" },
  { asked: "what does error store_failed mean", answer: "/errors.html#errors", says: "store_failed" },
  {
    asked: "session_too_large",
    answer: "/troubleshooting.html#why-is-the-cookie-too-large",
    says: "session_too_large",
  },
  { asked: "toolbar does not show", answer: "/troubleshooting.html#why-does-the-toolbar-not-show", says: "toolbar" },
  {
    asked: "how to test with a logged in user",
    answer: "/testing.html#test-as-a-user-who-is-logged-in",
    says: "forgeSession",
  },
  { asked: "format of the signed cookie", answer: "/formats.html#format-of-the-signed-cookie", says: "payload" },
  { asked: "api reference", answer: "/overview.html#api-reference", says: "docstrings" },
];

/** Questions of users of other libraries, from their issue trackers. */
export const THREADS: readonly Question[] = [
  {
    asked: "session is lost after a redirect",
    thread: `${EXPRESS_SESSION}/660`,
    answer: "/troubleshooting.html#why-is-the-session-lost-after-a-redirect",
    says: "redirect",
  },
  {
    asked: "secure cookie is not set behind a reverse proxy",
    thread: `${EXPRESS_SESSION}/281`,
    answer: "/troubleshooting.html#why-is-the-cookie-not-set-behind-a-proxy",
    says: "proxy",
  },
  {
    asked: "parallel requests overwrite each other's session",
    thread: `${EXPRESS_SESSION}/606`,
    answer: "/sessions.html#parallel-requests",
    says: "merge",
  },
  {
    asked: "MemoryStore is not designed for production",
    thread: `${EXPRESS_SESSION}/556`,
    answer: "/stores.html#memorystore",
    says: "production",
  },
  {
    asked: "new session id after login against session fixation",
    thread: `${EXPRESS_SESSION}/425`,
    answer: "/sessions.html#the-session",
    says: "It gets a new token",
  },
  {
    asked: "rolling session: extend the session with each visit",
    thread: `${EXPRESS_SESSION}/33`,
    answer: "/sessions.html#maxage-rolling-and-ttl-the-options-of-other-libraries",
    says: "extendAfter: 0",
  },
  {
    asked: "req.session in socket.io",
    thread: "https://github.com/socketio/socket.io/issues/908",
    answer: "/socket-io.html#socketio-the-session-in-a-socket",
    says: "session",
  },
  {
    asked: "cookie is too big, browsers refuse it",
    thread: `${IRON_SESSION}/375`,
    answer: "/troubleshooting.html#why-is-the-cookie-too-large",
    says: "4,096 bytes",
  },
  {
    asked: "stolen cookie still works after logout",
    thread: `${IRON_SESSION}/530`,
    answer: "/sessions.html#does-a-stolen-cookie-still-work-after-a-logout",
    says: "for every copy of its cookie",
  },
  {
    asked: "Next.js app router",
    thread: `${IRON_SESSION}/594`,
    answer: "/next.html#nextjs",
    says: "session",
  },
  {
    asked: "cookie set in Next.js middleware is not seen by server components",
    thread: `${IRON_SESSION}/709`,
    answer: "/next.html#the-proxy",
    says: "proxy",
  },
  {
    asked: "renew the session automatically",
    thread: `${IRON_SESSION}/85`,
    answer: "/sessions.html#lifetime-and-idle-timeout",
    says: "extendAfter",
  },
  {
    asked: "share the cookie between subdomains",
    thread: `${BETTER_AUTH}/1043`,
    answer: "/troubleshooting.html#why-is-the-session-lost-between-subdomains",
    says: "domain",
  },
  {
    asked: "log out all other devices",
    thread: `${BETTER_AUTH}/6893`,
    answer: "/sessions.html#log-out-other-devices-end-sessions-early",
    says: "revokeAll",
  },
  {
    asked: "login does not work in Safari",
    thread: "https://github.com/better-auth/better-auth/pull/7980",
    answer: "/troubleshooting.html#why-does-it-work-in-chrome-and-not-in-safari",
    says: "Safari",
  },
  {
    asked: "limit the number of sessions for each user",
    thread: "https://github.com/better-auth/better-auth/pull/6510",
    answer: "/sessions.html#a-limit-for-each-user",
    says: "maxSessions",
  },
  {
    asked: "change to a nested dict in the session is not saved, session.modified",
    thread: `${FLASK}/1983`,
    answer: "/flask.html#the-session",
    says: "A nested change",
  },
  {
    asked: "rotating secret keys without logging everybody out",
    thread: `${FLASK}/5621`,
    answer: "/keys.html#rotate-the-secret-key-without-logging-anybody-out",
    says: "fallback",
  },
  {
    asked: "users are logged out at random with several gunicorn workers",
    thread: "https://github.com/maxcountryman/flask-login/issues/388",
    answer: "/troubleshooting.html#why-are-users-logged-out-at-random",
    says: "key",
  },
  {
    asked: "Vary: Cookie and caches: a page of another user is shown",
    thread: `${FLASK}/3423`,
    answer: "/sessions.html#when-a-session-is-saved-and-when-a-cookie-is-sent",
    says: "no shared cache gives one visitor",
  },
];
