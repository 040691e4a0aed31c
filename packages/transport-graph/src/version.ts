import { createRequire } from 'node:module';

/** From the manifest, which a release changes: the plugin and its requests name the same one. */
export const { version: VERSION } = createRequire(import.meta.url)('../package.json') as { readonly version: string };
