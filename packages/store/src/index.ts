export { newKeyText } from './crypto/store-key.ts';
export { defaultKeyFile, type KeySource, openStore, type Store, type StoreOptions } from './store.ts';
