/**
 * The name of what a manager shows to this package's own adapters alone. It is a registered symbol,
 * so that an adapter also knows the manager of a second copy of the package.
 */
export const adapterAccess: unique symbol = Symbol.for("latchkey.adapterAccess") as never;
