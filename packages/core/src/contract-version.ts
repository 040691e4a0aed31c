/** Version of the contract, not of any package around it. Manifests name a semver range over it. */
export const CONTRACT_VERSION = '1.0.0';
