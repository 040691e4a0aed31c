import { decodeJwt, decodeProtectedHeader, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createKeyPair, encryptKey, openFile, toPfx } from './key-pairs.ts';
import { ask, CLIENT_ID, DAY, failureOf, GRAPH, openWorld, SALES, SECRET } from './world.ts';

const bare = { clientSecret: undefined };
const inDays = (days: number): Date => new Date(Date.now() + days * DAY);

describe('an application with a certificate', () => {
  it('signs by PS256 and names the certificate by its SHA-256', async () => {
    await using world = await openWorld();
    const key = await createKeyPair();
    world.tenant.directory.updateApp(CLIENT_ID, { certificates: [{ certificate: key.certificate, expiresAt: inDays(365) }] });
    const provider = await world.open({ ...bare, certificate: { certificate: key.certificate, privateKey: key.privateKey } });
    expect(decodeJwt((await ask(provider, GRAPH)).token.reveal())).toMatchObject({ appidacr: '2' });
    const assertion = world.posted[0]!.form['client_assertion']!;
    expect(decodeProtectedHeader(assertion)).toMatchObject({ 'alg': 'PS256', 'x5t#S256': key.thumbprint });
    expect(world.posted[0]!.form).not.toHaveProperty('client_secret');
  });

  it('takes an encrypted key, and a PFX file in the ciphers of Windows and of OpenSSL', async () => {
    await using world = await openWorld();
    const key = await createKeyPair();
    world.tenant.directory.updateApp(CLIENT_ID, { certificates: [{ certificate: key.certificate, expiresAt: inDays(365) }] });
    await using windows = await openFile(toPfx(key, 'sesame', '3des'));
    await using openssl = await openFile(toPfx(key, 'sesame', 'aes256'));
    const forms = [{ certificate: key.certificate, privateKey: encryptKey(key.privateKey, 'sesame') }, { pfxFile: windows.path }, { pfxFile: openssl.path }];
    for (const form of forms) {
      const provider = await world.open({ ...bare, certificate: { ...form, passphrase: 'sesame' } });
      expect(decodeJwt((await ask(provider, GRAPH)).token.reveal())).toMatchObject({ appidacr: '2' });
      await provider.revoke(SALES);
    }
    expect(world.posted).toHaveLength(3);
  });

  it('refuses before anything is sent what could never sign', async () => {
    await using world = await openWorld();
    const [key, other] = [await createKeyPair(), await createKeyPair()];
    await using pfx = await openFile(toPfx(key, 'sesame', 'aes256'));
    const { privateKey: elliptic } = generateKeyPairSync('ec', { namedCurve: 'P-256', privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
    const cases = [
      [{ certificate: key.certificate, privateKey: other.privateKey }, 'another certificate'],
      [{ certificate: key.certificate, privateKey: encryptKey(key.privateKey, 'sesame') }, 'needs a passphrase'],
      [{ certificate: key.certificate, privateKey: encryptKey(key.privateKey, 'sesame'), passphrase: 'wrong' }, 'passphrase is another one'],
      [{ certificate: 'nothing', privateKey: key.privateKey }, 'not in PEM form'],
      [{ certificate: key.certificate, privateKey: elliptic }, 'takes RSA'],
      [{ pfxFile: pfx.path, passphrase: 'wrong' }, 'passphrase is another one'],
      [{ pfxFile: `${pfx.path}-absent` }, 'cannot be read'],
    ] as const;
    for (const [certificate, why] of cases) {
      const failure = await failureOf(world.open({ ...bare, certificate }));
      expect(failure).toMatchObject({ code: 'config.invalid', message: expect.stringContaining(why) as string, remedy: { who: 'operator' } });
      expect(String(failure)).not.toContain('PRIVATE KEY');
    }
  });

  it('tells when it ends, without being told', async () => {
    await using world = await openWorld();
    const key = await createKeyPair(100);
    const provider = await world.open({ ...bare, certificate: { certificate: key.certificate, privateKey: key.privateKey } });
    const { deadlines } = await provider.status(SALES);
    expect(deadlines).toMatchObject([{ what: 'certificate', remedy: { action: 'replace-credential' } }]);
    expect(Math.round((deadlines![0]!.at.getTime() - Date.now()) / DAY)).toBe(100);
  });
});

describe('an application that another identity provider vouches for', () => {
  it('shows the assertion that the file holds at that moment', async () => {
    await using world = await openWorld();
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    const trusted = { issuer: 'https://idp.example', subject: 'workload', audience: 'api://AzureADTokenExchange' };
    world.tenant.directory.updateApp(CLIENT_ID, { federated: [{ ...trusted, publicKey: await exportSPKI(publicKey) }] });
    const sign = (jti: string) => new SignJWT({ jti }).setProtectedHeader({ alg: 'RS256' }).setIssuer(trusted.issuer).setSubject(trusted.subject).setAudience(trusted.audience).setExpirationTime('5m').sign(privateKey);
    await using file = await openFile(`${await sign('one')}\n`);
    const provider = await world.open({ ...bare, federated: { tokenFile: file.path } });
    const first = await ask(provider, GRAPH);
    await file.write(await sign('two'));
    await ask(provider, GRAPH, { rejected: first });
    expect(world.posted.map(({ form }) => decodeJwt(form['client_assertion']!).jti)).toEqual(['one', 'two']);

    const callback = await world.open({ ...bare, federated: { assertion: () => sign('three') } });
    await callback.revoke(SALES);
    await ask(callback, GRAPH);
    expect(decodeJwt(world.posted[2]!.form['client_assertion']!).jti).toBe('three');
  });

  it('names the file that cannot be read', async () => {
    await using world = await openWorld();
    const provider = await world.open({ ...bare, federated: { tokenFile: '/nowhere/token' } });
    expect(await failureOf(ask(provider, GRAPH))).toMatchObject({ code: 'config.invalid', message: expect.stringContaining('/nowhere/token') as string });
    expect(world.posted).toEqual([]);
  });
});

describe('two secrets', () => {
  const secretOf = (value: string) => ({ id: value, value, expiresAt: inDays(300) });
  const shown = (posted: readonly { readonly form: Readonly<Record<string, string>> }[]) => posted.map(({ form }) => form['client_secret']);

  it('take turns without a failed request: the new one is tested first, then stays', async () => {
    await using world = await openWorld();
    await ask(await world.open({ secondClientSecret: 'not-yet' }), GRAPH);
    world.tenant.directory.updateApp(CLIENT_ID, { secrets: [secretOf(SECRET), secretOf('new-secret')] });
    const provider = await world.open({ secondClientSecret: 'new-secret' });
    await provider.revoke(SALES);
    await ask(provider, GRAPH);
    expect(shown(world.posted)).toEqual([SECRET, 'new-secret']);
    expect(world.events('auth.credential-promoted').at(-1)?.fields).toMatchObject({ credential: 'secondClientSecret', instead: 'clientSecret' });
    const restarted = await world.open({ secondClientSecret: 'new-secret' });
    await restarted.revoke(SALES);
    await ask(restarted, GRAPH);
    expect(shown(world.posted).at(-1)).toBe('new-secret');
  });

  it('keep the old one in use while the new one is refused, and test again later', async () => {
    await using world = await openWorld();
    const provider = await world.open({ secondClientSecret: 'new-secret' });
    let token = await ask(provider, GRAPH);
    for (const minutes of [1, 1, 60]) {
      world.tenant.clock.jump(minutes * 60_000);
      token = await ask(provider, GRAPH, { rejected: token });
    }
    expect(shown(world.posted)).toEqual([SECRET, 'new-secret', SECRET, SECRET, 'new-secret', SECRET]);
    expect(world.events('auth.credential-refused')).toHaveLength(2);
    expect(world.events('auth.credential-refused')[0]!.fields).toMatchObject({ credential: 'secondClientSecret', status: expect.stringContaining('AADSTS7000215') as string });
  });

  it('fall back when the one in use is taken away', async () => {
    await using world = await openWorld();
    world.tenant.directory.updateApp(CLIENT_ID, { secrets: [secretOf(SECRET), secretOf('new-secret')] });
    const provider = await world.open({ secondClientSecret: 'new-secret' });
    const first = await ask(provider, GRAPH);
    const second = await ask(provider, GRAPH, { rejected: first });
    world.tenant.directory.updateApp(CLIENT_ID, { secrets: [secretOf(SECRET)] });
    world.tenant.clock.jump(60_000);
    await ask(provider, GRAPH, { rejected: second });
    expect(shown(world.posted)).toEqual([SECRET, 'new-secret', 'new-secret', SECRET]);
    expect(await provider.status(SALES)).toMatchObject({ state: 'ready' });
  });

  it('are never both blamed for what passes by itself', async () => {
    await using world = await openWorld();
    world.tenant.faults.set('http.refuse', { door: 'entra', status: 503 });
    const provider = await world.open({ secondClientSecret: 'new-secret' });
    expect(await failureOf(ask(provider, GRAPH))).toMatchObject({ code: 'unavailable' });
    expect(world.posted).toHaveLength(0);
    expect(world.events('auth.credential-refused')).toEqual([]);
  });

  it('leave no trace of themselves in the store’s names, nor readable in its values', async () => {
    await using world = await openWorld();
    await ask(await world.open({ secondClientSecret: 'new-secret' }), GRAPH);
    const kept = [...world.tokens.keys(), ...world.tokens.all()].join('\n');
    expect(kept).toContain('/credentials');
    for (const secret of [SECRET, 'new-secret']) expect(kept).not.toContain(secret);
  });
});
