import { createRequire } from "node:module";
import type * as jest from "expect";

/*
 * It stands alone so that a bundle can have another one. By `require`, because Bun sees no exports
 * in the module for `import`.
 */
export const { expect } = createRequire(import.meta.url)("expect") as typeof jest;
