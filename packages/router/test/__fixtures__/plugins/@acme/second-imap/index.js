export const plugin = {
  kind: 'transport',
  name: 'imap',
  version: '1.0.0',
  contract: '^1.0',
  config: { '~standard': { version: 1, vendor: 'acme', validate: (value) => ({ value }) } },
  facets: ['receive'],
  credentials: ['password'],
  open: () => Promise.reject(new Error('never opened')),
};
