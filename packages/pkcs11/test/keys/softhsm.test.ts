import { execFileSync, spawnSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashBytes, hexText, type KeySpec, spkiOf, systemClock, verifySignature } from '@securosys/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import type { Token } from '../../src/host/token-options.js';
import { type KeyStore, keyStore } from '../../src/keys/key-store.js';
import { random } from '../fake-token.js';
import { open } from '../host/real.js';
import { addonPath } from '../native.js';
import { softhsm, softhsmModule, softhsmNeeded, tokens } from '../softhsm.js';
import { authorityChain } from './chains.js';
import { selfTestOf, signSomething, verifies } from './self-test.js';

const hasTool = spawnSync('pkcs11-tool', ['--version']).error === undefined;

describe.skipIf(!softhsmModule || !addonPath)(`keys on SoftHSM2 ${softhsmNeeded}`, () => {
  let token: Token;
  let keys: KeyStore;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keys-'));
    token = await open(softhsm(), tokens.main.label, tokens.main.pin);
    keys = keyStore({ calls: token, clock: systemClock, randomBytes: random, selfTest: selfTestOf(token) });
  });
  afterAll(async () => {
    await token?.close();
    rmSync(folder, { recursive: true });
  });

  /** Another program, in a process of its own, logged in to the same token. */
  function tool(...args: string[]): string {
    const common = ['--module', softhsm(), '--token-label', tokens.main.label, '--login', '--pin', tokens.main.pin];
    return execFileSync('pkcs11-tool', [...common, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }
  const path = (name: string) => join(folder, name);

  test.each<[KeySpec, 'sign' | 'derive' | 'decrypt']>([
    ['ec-p256', 'sign'],
    ['ec-p384', 'derive'],
    ['ec-p521', 'sign'],
    ['ed25519', 'sign'],
    ['rsa-2048', 'decrypt'],
  ])('a generated key (%s, to %s) is sensitive, stays on the token and is found by all its names', async (spec, purpose) => {
    const label = `made ${spec}`;
    const info = await keys.create({ label, spec, purpose });
    expect(info).toMatchObject({
      spec,
      ref: { label },
      pkcs11: { sensitive: true, alwaysSensitive: true, extractable: false, neverExtractable: true, local: true },
    });
    for (const ref of [{ label }, { id: info.ref.id as Uint8Array }, { spkiSha256: info.ref.spkiSha256 as string }])
      expect(await keys.describe(ref)).toEqual(info);
    await expect(keys.create({ label, spec, purpose })).rejects.toMatchObject({ code: 'ERR_KEY_EXISTS' });
  });

  test.each(['rsa-2048', 'ec-p256', 'ec-p384', 'ec-p521', 'ed25519'] as const)('an imported key (%s) signs', async (spec) => {
    const curve = { 'ec-p256': 'P-256', 'ec-p384': 'P-384', 'ec-p521': 'P-521' }[spec as string];
    const privateKey = spec.startsWith('rsa')
      ? rsaKey(2048)
      : curve
        ? generateKeyPairSync('ec', { namedCurve: curve }).privateKey
        : generateKeyPairSync('ed25519').privateKey;
    const info = await keys.import({ label: `imported ${spec}`, privateKey });
    expect(info).toMatchObject({ spec, pkcs11: { sensitive: true, extractable: false } });
    expect(hexText(info.spki)).toBe(hexText(spkiOf(privateKey)));
  });

  test('a chain is stored, replaced and read, and deleted with its key', async () => {
    const info = await keys.create({ label: 'certified', spec: 'ec-p256' });
    const { leaf, middle, root, renew } = await authorityChain(info.spki);
    await keys.storeCertificates({ label: 'certified' }, [root.der, middle.der, leaf.der]);
    expect(await keys.certificates({ label: 'certified' })).toEqual([leaf.der, middle.der, root.der]);
    const renewed = await renew(info.spki);
    await keys.storeCertificates({ label: 'certified' }, [renewed.der, middle.der, root.der]);
    expect(await keys.certificates({ label: 'certified' })).toEqual([renewed.der, middle.der, root.der]);
    if (hasTool) {
      const id = hexText(info.ref.id as Uint8Array);
      tool('--read-object', '--type', 'cert', '--id', id, '--output-file', path('leaf.der'));
      expect(new X509Certificate(readFileSync(path('leaf.der'))).raw.equals(renewed.der)).toBe(true);
    }
    await keys.delete({ label: 'certified' }, { certificates: true });
    await expect(keys.find({ label: 'certified' })).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
  });

  test('a wrapping key is made as asked', async () => {
    expect(await keys.createAesKey('kek', 'wrap')).toMatchObject({
      usages: ['wrap', 'unwrap'],
      sensitive: true,
      extractable: false,
    });
  });

  test.skipIf(!hasTool)(
    'pkcs11-tool lists a key that we made as sensitive, reads its public half, and signs with it',
    async () => {
      const info = await keys.create({ label: 'for the tool', spec: 'ec-p256' });
      const id = hexText(info.ref.id as Uint8Array);
      const listed = tool('--list-objects', '--type', 'privkey', '--id', id);
      expect(listed).toMatch(/for the tool[\s\S]*sensitive, always sensitive, never extractable, local/);
      tool('--read-object', '--type', 'pubkey', '--id', id, '--output-file', path('public.der'));
      const publicKey = createPublicKey({ key: readFileSync(path('public.der')), format: 'der', type: 'spki' });
      expect(hexText(spkiOf(publicKey))).toBe(hexText(info.spki));
      writeFileSync(path('digest'), hashBytes('sha256', Buffer.from('signed by the tool')));
      const files = ['--input-file', path('digest'), '--output-file', path('signature'), '--signature-format', 'rs'];
      tool('--sign', '--mechanism', 'ECDSA', '--id', id, ...files);
      const signature = Uint8Array.from(readFileSync(path('signature')));
      expect(verifySignature(publicKey, 'ecdsa-sha256', Buffer.from('signed by the tool'), signature)).toBe(true);
    },
  );

  test
    .skipIf(!hasTool)
    .each([['EC:secp384r1', 'ec-p384'], ['EC:edwards25519', 'ed25519'], ...(process.env.SLOW ? [['rsa:2048', 'rsa-2048']] : [])])(
    'a key that pkcs11-tool made (%s) is found by the id it gave, and signs',
    async (type, spec) => {
      const label = `tool ${spec}`;
      const id = { 'ec-p384': '01', ed25519: '02', 'rsa-2048': '03' }[spec] as string;
      tool('--keypairgen', '--key-type', type, '--label', label, '--id', id, '--usage-sign');
      const info = await keys.describe({ label, id: Uint8Array.of(Number(id)) });
      expect(info.spec).toBe(spec);
      const key = await keys.find({ label });
      expect(verifies(key.publicKey, key, await signSomething(token, key))).toBe(true);
    },
  );

  test.skipIf(!hasTool)('a key that another process deleted is no longer found', async () => {
    const info = await keys.create({ label: 'short-lived', spec: 'ec-p256' });
    const key = await keys.find({ label: 'short-lived' });
    const id = hexText(info.ref.id as Uint8Array);
    tool('--delete-object', '--type', 'privkey', '--id', id);
    expect(keys.known({ label: 'short-lived' })).toBe(key);
    await expect(keys.use({ label: 'short-lived' }, (found) => signSomething(token, found))).rejects.toMatchObject({
      code: 'ERR_KEY_NOT_FOUND',
    });
  });

  test('the list has every key of the token that can be described', async () => {
    const labels = [];
    for await (const { ref } of keys.list()) labels.push(ref.label);
    expect(labels).toEqual(expect.arrayContaining(['made ec-p256', 'imported rsa-2048']));
  });
});
