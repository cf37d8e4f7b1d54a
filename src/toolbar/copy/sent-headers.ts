import type { HeaderEntry } from "../recording.ts";

/** The client writes these itself, for the connection or the body that it sends. */
const OF_THE_CONNECTION =
  /^(?::.*|host|connection|keep-alive|proxy-connection|content-length|transfer-encoding|te|trailer|upgrade|expect|cookie|accept-encoding|priority|upgrade-insecure-requests)$/i;

/**
 * The headers of a recorded request that make sense when it is sent again, without cookies.
 *
 * @param isLeftOut further ones to leave out, by their name.
 */
export function sentHeaders(
  headers: readonly HeaderEntry[],
  isLeftOut: (name: string) => boolean = () => false,
): readonly HeaderEntry[] {
  return headers.filter(
    ([name]) => !OF_THE_CONNECTION.test(name) && !isLeftOut(name) && /^[\w!#$%&'*+.^`|~-]+$/.test(name),
  );
}
