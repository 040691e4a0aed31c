export const plugin = { kind: 'transport', name: 'half', version: '1.0.0', contract: '^1.0' };
