// What a third party ships: one export, no dependency. The schema is Standard Schema by hand.
const validate = (value) => {
  const known = ['loft'];
  const issues = Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => ({ message: `unknown setting ${key}`, path: [key] }));
  if (typeof value.loft !== 'string') issues.push({ message: 'the name of a loft is expected', path: [{ key: 'loft' }] });
  return issues.length > 0 ? { issues } : { value };
};

export const plugin = {
  kind: 'transport',
  name: 'pigeon',
  version: '2.1.0',
  contract: '^1.0',
  config: { '~standard': { version: 1, vendor: 'acme', validate } },
  facets: ['receive', 'send'],
  credentials: ['password'],
  open: async () => ({ probe: {}, receive: {}, send: {}, async [Symbol.asyncDispose]() {} }),
};
