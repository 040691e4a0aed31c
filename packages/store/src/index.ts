export { newKeyText } from './crypto/store-key.ts';
export { ROUTER_ERROR_CODES, type RouterErrorCode } from './failure/codes.ts';
export { isRouterError, RouterError } from './failure/router-error.ts';
export type { AcquireOptions, Direction, Holding, Leases, LeaseState } from './leases/leases.ts';
export { defaultKeyFile, type KeySource, openStore, type Store, type StoreOptions } from './store.ts';
