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
  /**
   * The version of HTTP, `"1.1"` or `"2.0"`, where the server reports it, such as
   * `incoming.httpVersion` on Node. Default: "1.1" if the request has `Connection: keep-alive`, as
   * browsers send it; otherwise it is not known. Then the request may have come through a proxy, so
   * the toolbar is not shown, and the cookie is Secure.
   */
  readonly httpVersion?: string | undefined;
}
