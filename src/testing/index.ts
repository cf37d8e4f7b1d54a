/**
 * The entry point `latchkey/testing`: the contract of a store as a suite, and forged sessions.
 *
 * @module
 */
export type { ContractCase, ContractTime } from "./contract-case.ts";
export { storeContract } from "./store-contract.ts";
export { indexedStoreContract } from "./indexed-store-contract.ts";
export { sweepableStoreContract } from "./sweepable-store-contract.ts";
export { forgeSession, type ForgedCookie, type ForgeSessionOptions } from "./forge-session.ts";
