import { X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type KeyBackend, sha256Hex } from '@securosys/core';
import { checkNotaryChain, parseCertificate, pemText, prepareCertificate } from '@securosys/pki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issue, testKey } from '../../../pki/test/issue.js';
import { createSignWorld, people, pushImage, removeSignWorlds, type SignWorld } from './world.js';

let world: SignWorld;
let spki: Uint8Array;
const subject = 'CN=release,O=Acme,ST=Zurich,C=CH';
const named = ['--key', 'release', '--subject', subject];
const pem = (...list: readonly Uint8Array[]) => list.map((der) => pemText(der, 'CERTIFICATE')).join('');
const chains = () => join(world.folder, 'notation', 'securosys', 'chains');

beforeAll(async () => {
  world = await createSignWorld();
  ({ spki } = await world.addKey('release'));
  await world.addKey('council', 'ec-p256', { approvers: people });
});
afterAll(removeSignWorlds);

describe('cert self-sign', () => {
  it('makes a certificate as Notation demands it of signers, and OpenSSL takes its signature', async () => {
    const { code, stdout, stderr } = await world.run('cert', 'self-sign', ...named, '--days', '30');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('valid from 2026-02-28T23:59:00Z') });
    const certificate = new X509Certificate(stdout);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.3']);
    const parsed = parseCertificate(new Uint8Array(certificate.raw));
    expect([...(parsed.keyUsage?.bits ?? [])]).toEqual(['digitalSignature']);
    expect(parsed.notAfter - parsed.notBefore).toBe(30 * 86_400_000);
    checkNotaryChain([parsed], { purpose: 'code-signing', signingTime: world.clock.now() });
  });

  it('goes on with the same certificate while people decide: nobody is asked twice', async () => {
    const words = ['cert', 'self-sign', '--key', 'council', '--subject', subject, '--output', 'own-council.pem'];
    const asked = await world.run(...words, '--reason', 'the old one ends in May');
    expect({ code: asked.code, stderr: asked.stderr }).toMatchObject({ code: 75, stderr: expect.stringContaining('request: ') });
    world.clock.advance(120_000);
    expect((await world.run(...words)).code).toBe(75);
    const waiting = world.tsb.requests.filter(({ status }) => status === 'PENDING');
    expect(waiting).toHaveLength(1);
    for (const name of ['Ada', 'Ben']) await world.tsb.approve(String(waiting[0]?.id), name);
    const made = await world.run(...words, '--json');
    expect(made).toMatchObject({ code: 0, results: [{ notBefore: '2026-02-28T23:59:00Z', file: expect.any(String) }] });
    expect(new X509Certificate(readFileSync(join(world.folder, 'own-council.pem'))).subject).toContain('CN=release');
  });

  it('signs nothing that somebody has put in place of what an earlier run has kept (S30)', async () => {
    const { spki: own } = await world.addKey('board', 'ec-p256', { approvers: people });
    const words = ['cert', 'self-sign', '--key', 'board', '--subject', subject];
    const pending = join(world.folder, 'securosys', 'sign', 'pending');
    const now = world.clock.now();
    const year = { notBefore: now, notAfter: now + 365 * 86_400_000 };
    const usual = { subject, key: { spki: own, assurance: 'emulated' as const }, validity: year, profile: 'leaf' as const };
    const evil = [
      { ...usual, profile: 'ca' as const },
      { ...usual, subject: 'CN=root,O=Acme,ST=Zurich,C=CH' },
      { ...usual, validity: { ...year, notAfter: now + 36_500 * 86_400_000 } },
      { ...usual, validity: { notBefore: now + 86_400_000, notAfter: year.notAfter + 86_400_000 } },
    ];
    for (const one of evil) {
      expect((await world.run(...words)).code).toBe(75);
      const { length } = world.tsb.requests;
      const made = await prepareCertificate(one);
      for (const file of readdirSync(pending)) {
        const record = JSON.parse(readFileSync(join(pending, file), 'utf8'));
        if (record.kind !== 'certificate-work' || record.identity.spkiSha256 !== sha256Hex(own)) continue;
        world.write(join('securosys', 'sign', 'pending', file), JSON.stringify({ ...record, prepared: made.toJSON() }));
      }
      expect(await world.run(...words)).toMatchObject({ code: 65, stderr: expect.stringContaining('it was altered') });
      expect(world.tsb.requests).toHaveLength(length);
    }
    expect((await world.run(...words)).code, 'it begins anew').toBe(75);
  });

  it('refuses before it asks anybody: a file that is there, no subject, no days', async () => {
    const before = world.tsb.requests.length;
    const council = ['cert', 'self-sign', '--key', 'council', '--subject', subject];
    expect((await world.run(...council, '--output', 'release.pem')).code).toBe(73);
    expect((await world.run('cert', 'self-sign', '--key', 'council')).stderr).toContain('give --subject');
    expect((await world.run(...council, '--days', '0')).code).toBe(2);
    expect((await world.run(...council, '--subject', 'CN=a,CN=b')).code).toBe(2);
    expect(world.tsb.requests).toHaveLength(before);
  });

  it('is kept with its key: sign finds it, and verify trusts it where it is named', async () => {
    const made = await world.run('cert', 'self-sign', ...named, '--store', '--output', 'own.pem');
    expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('kept: the certificate, with its key at the TSB') });
    expect(readdirSync(chains())).toHaveLength(1);
    expect((await world.run('sign', '--key', 'release', world.image)).code).toBe(0);
    expect((await world.run('verify', '--ca', 'own.pem', world.image)).code).toBe(0);
  });

  it('warns of a subject that no trust policy can name', async () => {
    const { stderr } = await world.run('cert', 'self-sign', '--key', 'release', '--subject', 'CN=release');
    expect(stderr).toContain('the subject has no C, ST, O');
  });
});

describe('cert csr and cert import', () => {
  it('a request is signed by its key, and what the CA returns is put in order and used', async () => {
    const { code, stdout } = await world.run('cert', 'csr', ...named);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^-----BEGIN CERTIFICATE REQUEST-----\n/) });
    const authority = world.tsb.certificateAuthority;
    const [leaf, root] = [await authority.issue({ spki, subject }), await authority.root()];
    world.write('returned.pem', pem(root, leaf));
    const stored = await world.run('cert', 'import', '--key', 'release', '--output', 'chain.pem', 'returned.pem');
    expect({ code: stored.code, stderr: stored.stderr }).toEqual({ code: 0, stderr: '' });
    expect(readFileSync(join(world.folder, 'chain.pem'), 'utf8')).toBe(pem(leaf, root));
    const image = `${world.image}-imported`;
    await pushImage(world.oci, image, 'imported');
    expect((await world.run('sign', '--key', 'release', image)).code).toBe(0);
    expect((await world.run('verify', '--ca', world.write('ca.pem', pem(root)), image)).code).toBe(0);
  });

  it('refuses certificates of another key, and a chain that does not reach a root', async () => {
    const import_ = (...files: string[]) => world.run('cert', 'import', '--key', 'release', ...files);
    const authority = world.tsb.certificateAuthority;
    const stranger = await authority.issue({ spki: testKey('ec-p256', 'stranger').spki, subject });
    world.write('stranger.pem', pem(stranger, await authority.root()));
    expect(await import_('stranger.pem')).toMatchObject({
      code: 65,
      stderr: expect.stringContaining('none of the certificates is'),
    });
    world.write('leaf.pem', pem(await authority.issue({ spki, subject })));
    expect(await import_('leaf.pem')).toMatchObject({ code: 65, stderr: expect.stringContaining('issuer is missing') });
    const impostor = await issue(testKey('ec-p256', 'impostor'), {
      subject: parseCertificate(await authority.root()).subjectText.replace(/,?SERIALNUMBER=EMULATED,?/, ''),
      profile: 'ca',
      emulated: true,
    });
    world.write('impostor.pem', pem(impostor.der));
    expect(await import_('leaf.pem', 'impostor.pem')).toMatchObject({
      code: 65,
      stderr: expect.stringContaining('the chain ends at'),
    });
  });

  it('warns of what Notation would refuse, of dates, and of what is no part of the chain', async () => {
    const ca = testKey('ec-p256', 'ca');
    const root = await issue(ca, { subject: 'CN=root', profile: 'ca' });
    const day = 86_400_000;
    const now = world.clock.now();
    const leaf = await issue(ca, {
      issuer: { certificate: root },
      subjectKey: spki,
      subject: 'CN=stamps',
      profile: 'timestamping',
      validity: { notBefore: now - 20 * day, notAfter: now + 9 * day },
    });
    const other = await issue(testKey('ec-p256', 'other'), { subject: 'CN=other' });
    world.write('stamps.pem', pem(other.der, leaf.der, root.der));
    const { code, stderr, results } = await world.run('cert', 'import', '--key', 'release', '--json', 'stamps.pem');
    expect(code).toBe(0);
    expect(results).toMatchObject([{ usable: false, chain: [{ subject: 'CN=stamps' }, { subject: 'CN=root' }] }]);
    for (const said of ['notation refuses', 'CN=stamps expires at', 'CN=other is no part of the chain', 'no C, ST, O'])
      expect(stderr).toContain(said);
    expect(readdirSync(chains()), 'the one that was kept before is not used for it').toHaveLength(0);
  });

  it('changes nothing with --no-store', async () => {
    const authority = world.tsb.certificateAuthority;
    world.write('again.pem', pem(await authority.issue({ spki, subject }), await authority.root()));
    expect((await world.run('cert', 'import', '--key', 'release', '--no-store', 'again.pem')).code).toBe(0);
    expect(existsSync(chains()) ? readdirSync(chains()) : []).toHaveLength(0);
  });
});

describe('a token', () => {
  it('keeps the whole chain, and what was kept on this machine before is not used any more', async () => {
    const own = await world.run('cert', 'self-sign', ...named, '--store', '--json');
    expect({ code: own.code, kept: readdirSync(chains()) }).toMatchObject({ code: 0, kept: [expect.any(String)] });
    const stored: Uint8Array[][] = [];
    const token = {
      id: 'pkcs11:test',
      library: {},
      describeKey: async () => ({ ref: { label: 'release', spkiSha256: sha256Hex(spki) }, spki }),
      storeCertificates: async (_: unknown, chain: Uint8Array[]) => void stored.push(chain),
      close: async () => undefined,
    };
    world.writeConfig({ backend: 'pkcs11', restApi: undefined, token: undefined, module: '/usr/lib/module.so', tokenLabel: 'a' });
    try {
      const authority = world.tsb.certificateAuthority;
      const [leaf, root] = [await authority.issue({ spki, subject }), await authority.root()];
      world.write('token.pem', pem(root, leaf));
      const backends = { pkcs11: async () => token as unknown as KeyBackend };
      const { code, stdout } = await world.runWith({ backends }, 'cert', 'import', '--key', 'release', 'token.pem');
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('kept: the chain, on the token') });
      expect(stored).toEqual([[leaf, root]]);
      expect(readdirSync(chains())).toHaveLength(0);
    } finally {
      world.writeConfig();
    }
  });
});
