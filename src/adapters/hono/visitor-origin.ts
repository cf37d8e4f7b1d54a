/**
 * Where something that stands on Hono, such as `proxyFix` of `latchkey/flask`, leaves scheme and
 * host as the visitor's browser has them, "https://example.com", if a proxy in front reports them.
 * It is a name of Hono's context.
 */
export const VISITOR_ORIGIN: unique symbol = Symbol("latchkey.visitor-origin");
