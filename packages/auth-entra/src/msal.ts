import { AsyncLocalStorage } from 'node:async_hooks';
import { type AuthenticationResult, ConfidentialClientApplication, type Configuration, type INetworkModule, ManagedIdentityApplication, PublicClientApplication } from '@azure/msal-node';

export type NodeAuthOptions = Configuration['auth'];

/** Where the application is registered, as MSAL wants it said. */
export interface MsalParty {
  readonly clientId: string;
  readonly authority: string;
}

/**
 * MSAL is made anew for every request and keeps nothing: its cache and its throttle go by the machine's clock and by one
 * process (FACTS.md B3, B5), ours by the host's clock and over all processes. See docs/decisions/0012.
 */
const configuration = ({ clientId, authority }: MsalParty, networkClient: INetworkModule, auth: Partial<NodeAuthOptions>): Configuration => ({
  // `cp1`: the application understands claims challenges, and so gets tokens that live longer (FACTS.md A9, A11).
  auth: { clientId, authority, knownAuthorities: [new URL(authority).host], clientCapabilities: ['cp1'], ...auth },
  system: { networkClient },
});

export const confidentialApp = (party: MsalParty, network: INetworkModule, auth: Partial<NodeAuthOptions>): ConfidentialClientApplication =>
  new ConfidentialClientApplication(configuration(party, network, auth));

export const publicApp = (party: MsalParty, network: INetworkModule): PublicClientApplication => new PublicClientApplication(configuration(party, network, {}));

/**
 * MSAL keeps the first managed identity's way to the network for the whole process, in a static field: this one finds out
 * which request it serves. Its token cache is static too, and is never asked (`forceRefresh`).
 */
const current = new AsyncLocalStorage<INetworkModule>();

function currentNetwork(): INetworkModule {
  const network = current.getStore();
  if (!network) throw new TypeError('A managed identity was asked outside of a request.');
  return network;
}

const ofCurrentRequest: INetworkModule = {
  sendGetRequestAsync: (url, options, timeout) => currentNetwork().sendGetRequestAsync(url, options, timeout),
  sendPostRequestAsync: (url, options) => currentNetwork().sendPostRequestAsync(url, options),
};

export interface MachineRequest {
  /** Absent: the identity that the machine itself has. */
  readonly clientId: string | undefined;
  /** `https://graph.microsoft.com/.default`. */
  readonly scope: string;
  readonly claims: string | undefined;
}

/** FACTS.md B6: App Service, Service Fabric, Azure Arc, Cloud Shell, Machine Learning, or the metadata service of a virtual machine. */
export function askMachine(network: INetworkModule, { clientId, scope, claims }: MachineRequest): Promise<AuthenticationResult> {
  const app = new ManagedIdentityApplication({
    clientCapabilities: ['cp1'],
    ...(clientId !== undefined && { managedIdentityIdParams: { userAssignedClientId: clientId } }),
    system: { networkClient: ofCurrentRequest, disableInternalRetries: true },
  });
  return current.run(network, () => app.acquireToken({ resource: scope, forceRefresh: true, ...(claims !== undefined && { claims }) }));
}
