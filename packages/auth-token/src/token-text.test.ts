import { describe, expect, it } from 'vitest';
import { parseTokenText } from './token-text.ts';

const jwt = (claims: object): string => ['{"alg":"none"}', JSON.stringify(claims), 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.');
const noon = new Date('2026-11-24T12:00:00Z');

describe('a token text', () => {
  it('may be a bare token, with space around it', () => {
    expect(parseTokenText('  opaque-token\n')).toEqual({ token: 'opaque-token' });
  });
  it('tells the end of a JWT by its exp claim', () => {
    const token = jwt({ exp: noon.getTime() / 1000 });
    expect(parseTokenText(token)).toEqual({ token, expiresAt: noon });
  });
  it('may be the JSON of a token endpoint, whose expiry beats that of the token', () => {
    const token = jwt({ exp: 1 });
    expect(parseTokenText(JSON.stringify({ access_token: token, expires_on: String(noon.getTime() / 1000) }))).toEqual({ token, expiresAt: noon });
    expect(parseTokenText(JSON.stringify({ access_token: 'x', expiresAt: noon.toISOString() }))).toEqual({ token: 'x', expiresAt: noon });
  });
  it('may tell a lifetime, which means something only when it is known since when', () => {
    const text = JSON.stringify({ access_token: 'x', expires_in: 3600 });
    expect(parseTokenText(text, noon)).toEqual({ token: 'x', expiresAt: new Date('2026-11-24T13:00:00Z') });
    expect(parseTokenText(text)).toEqual({ token: 'x' });
  });
  it.each(['', '   ', '{', '{}', '{"access_token":""}', 'two words'])('is not %j', (text) => {
    expect(parseTokenText(text)).toBeUndefined();
  });
  it('with three parts that are no JWT is an opaque token', () => {
    expect(parseTokenText('a.b.c')).toEqual({ token: 'a.b.c' });
  });
});
