import { type EntraSettings, loadConfig } from '@signalbox/router';

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----';

/** The section `entra`, in a configuration around it. Throws where it would be refused. */
export async function loadsAsEntra(section: string): Promise<EntraSettings | undefined> {
  const text = `version: 1\norganization: contoso\n${section}\nmailboxes:\n  - { id: sales, address: sales@contoso.com, flow: o365-client-credentials }\n`;
  const { entra } = await loadConfig({ file: '/signalbox.yaml', text, env: {}, readFile: async () => CERTIFICATE });
  return entra['default'];
}
