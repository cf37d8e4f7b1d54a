import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Everything that is made. Git ignores it. */
export const ARTIFACTS = join(ROOT, "artifacts/site");

/** The pages that VitePress reads: copies of the project's, and the generated reference. */
export const PAGES_FOLDER = join(ARTIFACTS, "pages");

/** The finished site. */
export const HTML_FOLDER = join(ARTIFACTS, "html");
