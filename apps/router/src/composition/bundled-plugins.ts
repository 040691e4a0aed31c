import type { Plugin } from '@signalbox/core';

/** The plugins that come with the command; loaded when first needed, so that `--help` answers at once. */
export async function loadBundledPlugins(): Promise<readonly Plugin[]> {
  const modules = await Promise.all([
    import('@signalbox/transport-graph'),
    import('@signalbox/transport-imap'),
    import('@signalbox/transport-smtp'),
    import('@signalbox/transport-memory'),
    import('@signalbox/auth-entra'),
    import('@signalbox/auth-password'),
    import('@signalbox/auth-token'),
  ]);
  return modules.map(({ plugin }) => plugin as Plugin);
}
