/** Where the package is developed, as the published package.json names it. */
export interface Address {
  readonly repository: { readonly type: "git"; readonly url: string };
  readonly bugs: { readonly url: string };
  readonly homepage: string;
  /** The variables that gave it, as a shell takes them before a command. */
  readonly variables: string;
}

/** OWNER/NAME, in the letters that forges allow. */
const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;

/**
 * The address of the repository, of the variables that a forge sets for its workflows. So a
 * repository that moves, or a fork, need not change package.json, and the address is the one in
 * which npm's provenance says that the package was built. Undefined if no variable is set.
 *
 * `homepage` is the repository's README, unless LATCHKEY_HOMEPAGE has the address of a site.
 *
 * @param environment the variables, such as those of the process.
 * @throws Error if one of the variables is missing or no address.
 */
export function addressOf(environment: Readonly<Record<string, string | undefined>>): Address | undefined {
  const { GITHUB_SERVER_URL: server = "", GITHUB_REPOSITORY: name = "", LATCHKEY_HOMEPAGE: site = "" } = environment;
  if (server === "" && name === "" && site === "") return undefined;
  if (!isHttps(server)) refuse("GITHUB_SERVER_URL", server, "https://github.com");
  if (!REPOSITORY.test(name)) refuse("GITHUB_REPOSITORY", name, "OWNER/NAME");
  if (site !== "" && !isHttps(site)) refuse("LATCHKEY_HOMEPAGE", site, "https://docs.example.com");
  const base = `${server.replace(/\/+$/, "")}/${name}`;
  const variables = [`GITHUB_SERVER_URL=${server}`, `GITHUB_REPOSITORY=${name}`];
  if (site !== "") variables.push(`LATCHKEY_HOMEPAGE=${site}`);
  return {
    repository: { type: "git", url: `git+${base}.git` },
    bugs: { url: `${base}/issues` },
    homepage: site === "" ? `${base}#readme` : site,
    variables: variables.join(" "),
  };
}

/** Characters that an address needs, and none that a shell would read. */
function isHttps(text: string): boolean {
  return /^https:\/\/[\w.:/~%#-]+$/.test(text) && URL.canParse(text);
}

function refuse(variable: string, value: string, example: string): never {
  throw new Error(
    `The variable ${variable} must be like ${example}. It got ${JSON.stringify(value)}. Fix: set GITHUB_SERVER_URL and GITHUB_REPOSITORY to the address of the repository, or none of them and no LATCHKEY_HOMEPAGE.`,
  );
}
