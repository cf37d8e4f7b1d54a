/* For Node: the names of this package lead to its source, and "vitest" to its small double. */
import { registerHooks } from "node:module";

const names = JSON.parse(process.env.LATCHKEY_NAMES);
registerHooks({
  resolve: (specifier, context, next) => next(names[specifier] ?? specifier, context),
});
