export { indexedStoreContract, storeContract, sweepableStoreContract, type ContractCase, type ContractTime } from "./store-contract.ts";
export { forgeSession, type ForgedCookie, type ForgeSessionOptions } from "./forge-session.ts";
