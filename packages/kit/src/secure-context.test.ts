import { getCACertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { secureContextFor } from './secure-context.ts';

const [one = '', other = ''] = getCACertificates('bundled');

describe('secureContextFor', () => {
  it('leaves the default to those who trust nothing but the system', () => {
    expect(secureContextFor({})).toBeUndefined();
  });

  it('makes one for all who are handed the same settings', () => {
    const network = { ca: [one] };
    const context = secureContextFor(network);
    expect(context).toBeDefined();
    expect(secureContextFor(network)).toBe(context);
    expect(secureContextFor(network, [])).toBe(context);
  });

  it('makes another where a server has authorities of its own', () => {
    const network = { ca: [one] };
    const context = secureContextFor(network, other);
    expect(context).not.toBe(secureContextFor(network));
    expect(secureContextFor(network, [other])).toBe(context);
  });

  it('shares nothing between settings that only look the same', () => {
    expect(secureContextFor({ ca: [one] })).not.toBe(secureContextFor({ ca: [one] }));
  });
});
