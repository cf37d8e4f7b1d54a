import { InvalidOptionError } from "../../index.ts";
import { checkText } from "../../options.ts";
import { encodeWith } from "../routing/base-converter.ts";
import { FlaskResponse } from "./flask-response.ts";

const REDIRECTS: readonly number[] = [301, 302, 303, 305, 307, 308];

/**
 * A response that redirects the browser to another address.
 *
 * @param location the new address: a path, or a whole URL. What is encoded already stays as it is.
 * @param code 301, 302, 303, 305, 307 or 308. Default: 302, which browsers follow with GET.
 * @throws InvalidOptionError for another code, and without a location.
 */
export function redirect(location: string, code: 301 | 302 | 303 | 305 | 307 | 308 = 302): FlaskResponse {
  checkText("redirect(location)", location);
  if (!REDIRECTS.includes(code))
    throw new InvalidOptionError(
      `redirect(location, code): code is one of ${REDIRECTS.join(", ")}. It got ${String(code)}. Fix: leave it out for 302.`,
    );
  // Headers refuses line breaks in a value. Whether the address may lead to another host is for the
  // caller to check.
  return new FlaskResponse(null, { status: code, headers: { Location: encodeAddress(location) } });
}

/** Encodes what no address can hold. A percent sign that begins an encoded byte stays. */
function encodeAddress(location: string): string {
  // The brackets of an IPv6 address stay as well.
  const [, host = "", rest = ""] = /^((?:[a-z][a-z0-9+.-]*:)?\/\/[^/?#]*)?(.*)$/is.exec(location)!;
  return encodePart(host, /[!$&'()*+,:;=@/[\]\r\n]/) + encodePart(rest, /[!#$&'()*+,/:;=?@\r\n]/);
}

function encodePart(text: string, safe: RegExp): string {
  return text
    .split(/(%[0-9A-Fa-f]{2})/)
    .map((part, index) => (index % 2 === 1 ? part : encodeWith(part, safe)))
    .join("");
}
