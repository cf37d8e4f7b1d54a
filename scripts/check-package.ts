/**
 * Checks the package before it is published: `npm run check:package`.
 *
 * Builds and packs it twice and compares the bytes; publint; @arethetypeswrong/cli; licences.
 * Writes artifacts/package/: the file, its SBOM (CycloneDX 1.5), and the notes of the release with
 * its sum.
 *
 * The published package.json names its repository by the variables of the forge
 * (package/address.ts). With `--publish` they have to be there. With `--publish-folder`, which is
 * for `npm publish` in this folder, package.json itself has to name it, because npm packs that one.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { licenceProblems } from "./package/licences.ts";
import { addressOf, type Address } from "./package/address.ts";
import { pack, unpack, type Packed } from "./package/pack.ts";
import { softwareBillOfMaterials } from "./package/sbom.ts";
import { releaseNotes } from "./package/release-notes.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const artifacts = join(root, "artifacts/package");
const problems: string[] = [];
/**
 * Packages whose code is in dist: that of the command, and that of the toolbar's browser script.
 */
const BUILT_IN = ["commander", "preact"];

const address = addressToPublish(process.argv);

function buildAndPack(): Packed {
  execFileSync("npm", ["run", "build", "--silent"], { cwd: root, stdio: "inherit" });
  return pack(root, address);
}

const [packed, again] = [buildAndPack(), buildAndPack()];
if (packed.sha256 !== again.sha256) problems.push("Two builds give files with different bytes.");

const unpacked = unpack(packed);
const manifest = JSON.parse(readFileSync(join(unpacked, "package.json"), "utf8")) as Record<string, unknown>;
const { messages } = await publint({ pkgDir: unpacked, strict: true, pack: false });
problems.push(...messages.map((message) => `publint: ${formatMessage(message, manifest, { color: false })}`));

// A package of ECMAScript modules alone: Node lets CommonJS require it, which attw does not know
// yet.
const attw = spawnSync(
  process.execPath,
  [join(root, "node_modules/@arethetypeswrong/cli/dist/index.js"), packed.path, "--profile", "esm-only", "--no-color"],
  { encoding: "utf8" },
);
if (attw.status !== 0) problems.push(`@arethetypeswrong/cli:\n${attw.stdout}${attw.stderr}`);

problems.push(...licenceProblems(root, unpacked, BUILT_IN));

rmSync(artifacts, { recursive: true, force: true });
mkdirSync(artifacts, { recursive: true });
copyFileSync(packed.path, join(artifacts, packed.name));
writeFileSync(join(artifacts, "sbom.cdx.json"), softwareBillOfMaterials(root, BUILT_IN));
const notes = releaseNotes(readFileSync(join(root, "CHANGELOG.md"), "utf8"), packed, address);
writeFileSync(join(artifacts, "release-notes.md"), notes);

console.log(`${packed.name}: ${packed.size} bytes, SHA-256 ${packed.sha256}`);
console.log("artifacts/package has the file, sbom.cdx.json and release-notes.md.");
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

/** What the package says of its repository. Ends the process if it is to be published without. */
function addressToPublish(options: readonly string[]): Address | undefined {
  try {
    const isFolder = options.includes("--publish-folder");
    const found = isFolder ? undefined : addressOf(process.env);
    if (found !== undefined || !(isFolder || options.includes("--publish"))) return found;
    const own = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, unknown>;
    const missing = ["repository", "bugs", "homepage"].filter((field) => own[field] === undefined);
    if (missing.length === 0) return undefined;
    throw new Error(
      `The package would have no ${missing.map((field) => `"${field}"`).join(", ")}. npm needs "repository" for provenance, and npmjs.com for the links of README. Fix: GITHUB_SERVER_URL=https://github.com GITHUB_REPOSITORY=OWNER/NAME npm run check:package -- --publish, which the forge sets in a workflow, and then npm publish ./artifacts/package/latchkey-*.tgz. Do not publish the folder.`,
    );
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}
