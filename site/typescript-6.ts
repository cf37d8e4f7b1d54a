/**
 * Gives typedoc the TypeScript that it is written for. TypeScript 7 is the project's compiler, and
 * has no interface for programs. To be given to Node with `--import`.
 */
import { registerHooks } from "node:module";

registerHooks({
  resolve: (specifier, context, next) => next(specifier.replace(/^typescript(?=$|\/)/, "typescript-6"), context),
});
