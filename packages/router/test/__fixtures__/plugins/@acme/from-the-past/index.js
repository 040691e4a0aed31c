export const plugin = { kind: 'auth', name: 'telegraph', version: '0.3.0', contract: '^0.3' };
