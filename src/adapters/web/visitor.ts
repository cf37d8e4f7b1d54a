/**
 * What a server knows of the other end of a request's connection. `server.requestIP(request)` of
 * Bun is one. On Deno it is `{ address: info.remoteAddr.hostname }`, and on a server of Node
 * `{ address: incoming.socket.remoteAddress }`.
 */
export interface Visitor {
  /**
   * The address at the other end of the socket, as the server itself sees it. Never take it from a
   * header such as X-Forwarded-For: everybody can claim to be this machine there. Without it, the
   * cookie is always Secure, and the toolbar is not shown.
   */
  readonly address?: string | undefined;
}
