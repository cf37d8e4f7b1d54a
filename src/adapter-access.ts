/**
 * The name of the member through which this package's own adapters reach a manager. It is a
 * registered symbol, so that an adapter also works with a manager of a second copy of the package.
 */
export const adapterAccess: unique symbol = Symbol.for("latchkey.adapterAccess") as never;
