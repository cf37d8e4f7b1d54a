export { indexedStoreContract, storeContract, sweepableStoreContract, type ContractCase, type ContractTime } from "./store-contract.ts";
