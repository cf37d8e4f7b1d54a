/**
 * The entry point `latchkey/testing`: the contracts of a store and of a panel as suites, and forged
 * sessions.
 *
 * @module
 */
export type { ContractCase, ContractTime } from "./contract-case.ts";
export { storeContract } from "./store-contract.ts";
export { indexedStoreContract } from "./indexed-store-contract.ts";
export { sweepableStoreContract } from "./sweepable-store-contract.ts";
export { announcingStoreContract } from "./announcing-store-contract.ts";
export { panelContract, type PanelContractOptions } from "./panel-contract.ts";
export { forgeSession, type ForgedCookie, type ForgeSessionOptions } from "./forge-session.ts";
