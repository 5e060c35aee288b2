import { generateKeyPairSync } from 'node:crypto';
import { type KeySpec, systemClock } from '@securosys/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import type { Token } from '../../src/host/token-options.js';
import { type KeyStore, keyStore } from '../../src/keys/key-store.js';
import { random } from '../fake-token.js';
import { open } from '../host/real.js';
import { addonPath } from '../native.js';
import { createNssDatabase, type NssDatabase, nssModule, nssNeeded } from '../nss.js';
import { authorityChain } from './chains.js';
import { selfTestOf } from './self-test.js';

// A module that disagrees with SoftHSM about attributes, locality, curves and templates (`pkcs11.md` §3).
describe.skipIf(!nssModule || !addonPath)(`keys on the softoken of NSS ${nssNeeded}`, () => {
  let database: NssDatabase;
  let token: Token;
  let keys: KeyStore;

  beforeAll(async () => {
    database = createNssDatabase();
    token = await open(database.module, database.label, database.pin, { libraryParameters: database.parameters });
    keys = keyStore({ calls: token, clock: systemClock, randomBytes: random, selfTest: selfTestOf(token) });
  });
  afterAll(async () => {
    // Another file of this process may open another database, and the softoken has one at a time.
    await token?.close({ finalize: true });
    database?.remove();
  });

  test.each<[KeySpec, 'sign' | 'derive' | 'decrypt']>([
    ['ec-p256', 'sign'],
    ['ec-p521', 'derive'],
    ...(process.env.SLOW ? ([['rsa-2048', 'decrypt']] satisfies [KeySpec, 'decrypt'][]) : []),
  ])(
    'a generated key (%s, to %s) is made without the attributes that the module does not know, and never without the strict ones',
    async (spec, purpose) => {
      const info = await keys.create({ label: `made ${spec}`, spec, purpose });
      expect(info).toMatchObject({ spec, pkcs11: { sensitive: true, extractable: false } });
      expect(await keys.describe({ spkiSha256: info.ref.spkiSha256 as string })).toEqual(info);
    },
  );

  test('a key type that the module does not have is refused by name', async () => {
    await expect(keys.create({ label: 'ed', spec: 'ed25519' })).rejects.toMatchObject({ code: 'ERR_ALGORITHM_UNSUPPORTED' });
  });

  test.each(['ec-p384', ...(process.env.SLOW ? ['rsa-2048'] : [])])('an imported key (%s) signs', async (spec) => {
    const privateKey = spec === 'ec-p384' ? generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey : rsaKey(2048);
    expect((await keys.import({ label: `imported ${spec}`, privateKey })).spec).toBe(spec);
  });

  test('a wrapping key is made as asked', async () => {
    expect(await keys.createAesKey('kek', 'wrap')).toMatchObject({
      usages: ['wrap', 'unwrap'],
      sensitive: true,
      extractable: false,
    });
  });

  test('a chain is stored, replaced, read, and deleted with its key', async () => {
    const ref = { label: 'certified' };
    const { spki } = await keys.create({ ...ref, spec: 'ec-p256' });
    const { leaf, middle, root, renew } = await authorityChain(spki);
    await keys.storeCertificates(ref, [root.der, middle.der, leaf.der]);
    expect(await keys.certificates(ref)).toEqual([leaf.der, middle.der, root.der]);
    const renewed = await renew(spki);
    await keys.storeCertificates(ref, [renewed.der]);
    expect(await keys.certificates(ref)).toEqual([renewed.der, middle.der, root.der]);
    await keys.delete(ref, { certificates: true });
    await expect(keys.describe(ref)).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
  });
});
