export const plugin = { kind: 'transport', name: 'tachyon', version: '1.0.0', contract: '^9.1' };
