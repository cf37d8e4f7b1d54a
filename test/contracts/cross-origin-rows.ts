export const TRUSTED = "https://trusted.example";
export const ATTACKER = "https://attacker.example";
/** Where the rows are sent, unless they say otherwise. */
export const HOST = "example.com";

/** A request, and whether its session is opened. Without a method it is a POST. */
export interface Row {
  readonly name: string;
  readonly method?: string;
  readonly site?: string;
  readonly origin?: string;
  readonly opens: boolean;
}

/** The cases that Go tests its CrossOriginProtection with: what came, and whether it passes. */
export const GO: readonly Row[] = [
  { name: "same-origin", site: "same-origin", opens: true },
  { name: "none", site: "none", opens: true },
  { name: "cross-site", site: "cross-site", opens: false },
  { name: "same-site", site: "same-site", opens: false },
  { name: "neither header", opens: true },
  { name: "the host's origin alone", origin: `https://${HOST}`, opens: true },
  { name: "another origin alone", origin: ATTACKER, opens: false },
  { name: "the origin null alone", origin: "null", opens: false },
  { name: "GET, cross-site", method: "GET", site: "cross-site", opens: true },
  { name: "HEAD, cross-site", method: "HEAD", site: "cross-site", opens: true },
  { name: "OPTIONS, cross-site", method: "OPTIONS", site: "cross-site", opens: true },
  { name: "PUT, cross-site", method: "PUT", site: "cross-site", opens: false },
  { name: "a trusted origin alone", origin: TRUSTED, opens: true },
  { name: "a trusted origin, cross-site", origin: TRUSTED, site: "cross-site", opens: true },
  { name: "an origin that is not trusted, cross-site", origin: ATTACKER, site: "cross-site", opens: false },
];

/** Beyond Go's cases. */
export const OWN: readonly Row[] = [
  { name: "PATCH, same-site", method: "PATCH", site: "same-site", opens: false },
  { name: "DELETE, cross-site", method: "DELETE", site: "cross-site", opens: false },
  { name: "cross-site, with the host's origin", origin: `https://${HOST}`, site: "cross-site", opens: false },
  { name: "same-origin, with the origin null", origin: "null", site: "same-origin", opens: true },
  { name: "a trusted origin, same-site", origin: TRUSTED, site: "same-site", opens: true },
  { name: "a value that no browser sends", site: "same-origin, cross-site", opens: false },
  { name: "the host's origin at another port", origin: `https://${HOST}:8443`, opens: false },
  { name: "the host's origin with its usual port", origin: `https://${HOST}:443`, opens: true },
  { name: "a longer host", origin: `https://${HOST}.attacker.example`, opens: false },
  { name: "a host before an @", origin: `https://${HOST}@attacker.example`, opens: false },
  { name: "another scheme", origin: `ftp://${HOST}`, opens: false },
  { name: "two origins", origin: `https://${HOST}, ${ATTACKER}`, opens: false },
];
