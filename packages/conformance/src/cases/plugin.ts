import assert from 'node:assert/strict';
import { CONTRACT_VERSION, type Facet, type TransportPlugin } from '@signalbox/core';
import type { Case } from '../case.ts';
import { satisfies } from '../support/semver-range.ts';
import type { World } from '../world.ts';

const FACETS: readonly Facet[] = ['receive', 'mutate', 'send'];

const pluginOf = ({ plugin }: World): TransportPlugin => {
  assert.ok(plugin, 'The case uses the plugin without needing it.');
  return plugin;
};

const pathOf = (path: readonly (PropertyKey | { readonly key: PropertyKey })[] = []): PropertyKey[] => path.map((step) => (typeof step === 'object' ? step.key : step));

export const PLUGIN_CASES: readonly Case[] = [
  {
    id: 'plugin/manifest',
    title: 'describes itself: kind, a name for configurations, a version for people',
    needs: { world: ['plugin'] },
    async run(world) {
      const { kind, name, version } = pluginOf(world);
      assert.equal(kind, 'transport');
      assert.match(name, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'a name has lower case letters, digits and hyphens');
      assert.match(version, /^\d+\.\d+\.\d+/, 'a version is one of semver');
    },
  },
  {
    id: 'plugin/contract-range',
    title: 'accepts the version of the contract it is tested against, but not the next major one',
    needs: { world: ['plugin'] },
    async run(world) {
      const { contract } = pluginOf(world);
      assert.ok(satisfies(CONTRACT_VERSION, contract), `the range ${contract} does not accept ${CONTRACT_VERSION}`);
      const nextMajor = `${Number(CONTRACT_VERSION.split('.')[0]) + 1}.0.0`;
      assert.equal(satisfies(nextMajor, contract), false, `the range ${contract} promises to work with ${nextMajor}, which nobody knows`);
    },
  },
  {
    id: 'plugin/facets-as-declared',
    title: 'provides no facet that its manifest does not name',
    needs: { world: ['plugin'] },
    async run(world) {
      const { facets } = pluginOf(world);
      assert.ok(facets.length > 0 && facets.every((facet) => FACETS.includes(facet)), `declares ${facets.join(', ') || 'nothing'}`);
      for (const facet of FACETS) {
        if (world.transport[facet]) assert.ok(facets.includes(facet), `provides ${facet}, which its manifest does not name`);
      }
    },
  },
  {
    id: 'plugin/credential-kinds',
    title: 'names the kinds of credential it takes',
    needs: { world: ['plugin'] },
    async run(world) {
      const { credentials } = pluginOf(world);
      assert.ok(credentials.every((kind) => kind === 'password' || kind === 'bearer'), `takes ${credentials.join(', ')}`);
      assert.equal(new Set(credentials).size, credentials.length, 'names a kind twice');
    },
  },
  {
    id: 'plugin/refuses-nonsense',
    title: 'refuses a configuration that is nonsense or has a field nobody knows',
    needs: { world: ['plugin'] },
    async run(world) {
      const { validate } = pluginOf(world).config['~standard'];
      for (const nonsense of ['text', 42, null, [], { ...world.config, 'a field nobody knows': true }]) {
        const result = await validate(nonsense);
        assert.ok(result.issues && result.issues.length > 0, `accepts ${JSON.stringify(nonsense)} as its configuration`);
        for (const { message } of result.issues) assert.match(message, /\S/, 'an issue says nothing');
      }
    },
  },
  {
    id: 'plugin/names-the-wrong-field',
    title: 'names the field of a configuration that is wrong',
    needs: { world: ['plugin', 'config'] },
    async run(world) {
      const { validate } = pluginOf(world).config['~standard'];
      const good = await validate(world.config);
      assert.equal(good.issues, undefined, 'refuses the configuration it was opened with');
      for (const field of Object.keys(world.config ?? {})) {
        const { issues } = await validate({ ...world.config, [field]: () => 'no configuration holds a function' });
        assert.ok(issues?.some(({ path }) => pathOf(path)[0] === field), `accepts a function as ${field}, or does not say that ${field} is wrong`);
      }
    },
  },
];
