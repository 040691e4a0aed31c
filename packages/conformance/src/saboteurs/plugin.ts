import type { SchemaResult, TransportPlugin } from '@signalbox/core';
import type { Saboteur } from './saboteur.ts';

type Validate = TransportPlugin['config']['~standard']['validate'];

const withValidation = (plugin: TransportPlugin, change: (inner: Validate) => Validate): TransportPlugin => {
  const inner = plugin.config['~standard'];
  return { ...plugin, config: { '~standard': { ...inner, validate: change((value) => inner.validate(value)) } } };
};

export const PLUGIN_SABOTEURS: readonly Saboteur[] = [
  {
    id: 'has-a-fancy-name',
    title: 'has a name that no configuration can say',
    caughtBy: ['plugin/manifest'],
    sabotagePlugin: (plugin) => ({ ...plugin, name: `The ${plugin.name} plugin` }),
  },
  {
    id: 'works-with-every-contract',
    title: 'promises to work with every later version of the contract',
    caughtBy: ['plugin/contract-range'],
    sabotagePlugin: (plugin) => ({ ...plugin, contract: '>=1.0.0' }),
  },
  {
    id: 'does-more-than-it-declares',
    title: 'declares only the last of the facets it provides',
    caughtBy: ['plugin/facets-as-declared'],
    sabotagePlugin: (plugin) => ({ ...plugin, facets: plugin.facets.slice(-1) }),
  },
  {
    id: 'stammers-its-credentials',
    title: 'names every kind of credential twice',
    caughtBy: ['plugin/credential-kinds'],
    sabotagePlugin: (plugin) => ({ ...plugin, credentials: [...plugin.credentials, ...plugin.credentials] }),
  },
  {
    id: 'reads-nothing-as-defaults',
    title: 'takes no configuration at all for one full of defaults',
    caughtBy: ['plugin/refuses-nonsense'],
    sabotagePlugin: (plugin) => withValidation(plugin, (inner) => (value) => inner(value ?? {})),
  },
  {
    id: 'names-no-field',
    title: 'says that a configuration is wrong, but not where',
    caughtBy: ['plugin/names-the-wrong-field'],
    sabotagePlugin: (plugin) =>
      withValidation(plugin, (inner) => async (value) => {
        const { issues, ...result } = await inner(value);
        return (issues ? { issues: issues.map(({ message }) => ({ message })) } : result) as SchemaResult<unknown>;
      }),
  },
];
