import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { base64Bytes, publicKeyFromSpki, utf8Bytes, verifySignature } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { connect } from './connect.js';

const message = utf8Bytes('a "quoted" message');
const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const pkcs8 = Uint8Array.from(pair.privateKey.export({ format: 'der', type: 'pkcs8' }));
const spki = Uint8Array.from(pair.publicKey.export({ format: 'der', type: 'spki' }));
const exportable = { sign: true, extractable: true, sensitive: false, destroyable: true } as const;
const base = { policy: null, attributes: exportable } as const;
const password = 'pä"s\\s,€';

describe('client.keys and the emulator', () => {
  it('a key taken in signs as the key that it is, and comes out as it went in', async () => {
    const { client } = connect();
    await client.keys.import({ ...base, label: 'in', algorithm: 'EC', privateKey: pkcs8 });
    const request = { label: 'in', algorithm: 'SHA256_WITH_ECDSA', payload: message, signatureType: 'RAW' } as const;
    const signature = await client.sign.synchronous(request);
    expect(verifySignature(pair.publicKey, 'ecdsa-sha256', message, signature)).toBe(true);
    const out = await client.keys.export('in');
    const back = createPrivateKey({ key: Buffer.from(out.privateKey ?? []), format: 'der', type: 'pkcs8' });
    expect(back.equals(pair.privateKey)).toBe(true);
    expect(out.publicKey).toEqual(spki);
  });

  it('a password of any characters opens its key, until it is another one', async () => {
    const { client } = connect();
    await client.keys.create({ ...base, label: 'k', spec: 'ec-p256', password });
    expect((await client.keys.attributes('k', { password })).json.label).toBe('k');
    await expect(client.keys.attributes('k')).rejects.toMatchObject({ code: 'ERR_AUTHENTICATION' });
    await client.keys.changePassword({ label: 'k', password, newPassword: 'new' });
    await expect(client.keys.attributes('k', { password })).rejects.toMatchObject({ code: 'ERR_AUTHENTICATION' });
    await client.keys.changePassword({ label: 'k', password: 'new' });
    expect((await client.keys.attributes('k')).json.label).toBe('k');
  });

  it('a key that is not extractable does not come out', async () => {
    const { client } = connect();
    await client.keys.create({ label: 'k', spec: 'ec-p256', policy: null });
    await expect(client.keys.export('k')).rejects.toMatchObject({ name: 'SignError' });
  });

  it('the same seed gives the same key, and a path one below it', async () => {
    const { client } = connect();
    const seed = { seed: Uint8Array.from(randomBytes(32)), curveOid: '1.2.840.10045.3.1.7', policy: null } as const;
    const attributes = { derive: true, bip32: true, destroyable: true };
    const [one, two] = [
      await client.keys.importSeed({ ...seed, label: 'a', attributes }),
      await client.keys.importSeed({ ...seed, label: 'b', attributes }),
    ];
    expect(one.json.publicKey).toBe(two.json.publicKey);
    const derived = await client.keys.derive({ label: 'a', path: "44'/0'" });
    const used = await client.keys.attributes("b/44'/0'");
    expect(derived.json).toMatchObject({ label: "a/44'/0'" });
    expect(used.json.publicKey).toBe(derived.json.publicKey);
    expect(publicKeyFromSpki(base64Bytes(derived.json.publicKey ?? '')).asymmetricKeyType).toBe('ec');
  });

  it('a label that is taken is refused by code', async () => {
    const { client } = connect();
    await client.keys.import({ ...base, label: 'in', algorithm: 'EC', privateKey: pkcs8 });
    const again = client.keys.import({ ...base, label: 'in', algorithm: 'EC', privateKey: pkcs8 });
    await expect(again).rejects.toMatchObject({ code: 'ERR_KEY_EXISTS' });
  });
});
