/**
 * The entry point `latchkey/testing`: the contracts of a store and of a panel as suites, forged
 * sessions, and a checker of recorded requests.
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
export { checkHistory } from "./check-history.ts";
export type { HistoryOperation, HistoryVerdict } from "./history.ts";
