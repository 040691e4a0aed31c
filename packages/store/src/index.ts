export { newKeyText } from './crypto/store-key.ts';
export { ROUTER_ERROR_CODES, type RouterErrorCode } from './failure/codes.ts';
export { isRouterError, RouterError } from './failure/router-error.ts';
export type { AcquireOptions, Direction, Holding, Leases, LeaseState } from './leases/leases.ts';
export { defaultKeyFile } from './sqlite/embedded-store.ts';
export { openStore, type Store } from './store.ts';
export type { EmbeddedPlace, KeySource, ServerPlace, StoreOptions, StorePlace, StoreSettings } from './store-options.ts';
