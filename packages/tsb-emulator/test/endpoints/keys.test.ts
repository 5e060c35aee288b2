import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { base64Bytes, base64Text, hexBytes, hexText, type JsonObject, spkiOf, utf8Bytes } from '@securosys/core';
import { pemText } from '@securosys/pki';
import { parseAttestation } from '@securosys/tsb-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { approvers, createWorld, message, requestSign, rule, signBody, statusOf, type World } from '../support.js';

let world: World;
const post = (path: string, body: object) => world.call('POST', path, body);
const signs = { sign: true, decrypt: false, unwrap: false };
const open = { ...signs, extractable: true, sensitive: false };
const attributesOf = async (label: string, more: object = {}) =>
  (await post('/v1/key/attributes', { label, ...more })).body.json as JsonObject;
const exported = async (label: string) => (await post('/v1/key/export/plain', { label })).body;
const importKey = (label: string, algorithm: string, more: object) =>
  post('/v1/key/import/plain', { label, algorithm, attributes: open, ...more });

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pkcs8 = base64Text(ec.privateKey.export({ format: 'der', type: 'pkcs8' }));
const spki = base64Text(spkiOf(ec.publicKey));

beforeAll(() => {
  world = createWorld();
});

describe('key types (§3.1)', () => {
  it.each([
    ['AES', { keySize: 128 }],
    ['AES', { keySize: 192 }],
    ['AES', { keySize: 256 }],
    ['Camellia', { keySize: 256 }],
    ['ChaCha20', { keySize: 256 }],
    ['TDEA', {}],
    ['HMACSHA256', {}],
    ['EC', { curveOid: '1.3.132.0.10' }],
  ])('makes %s %j, and reports it so', async (algorithm, more) => {
    const label = `${algorithm} ${JSON.stringify(more)}`;
    expect((await post('/v1/key', { label, algorithm, ...more, attributes: { ...signs, decrypt: true } })).status).toBe(201);
    const json = await attributesOf(label);
    expect(json).toMatchObject({ label, algorithm, ...more, policy: null });
    expect(json.publicKey === undefined).toBe(algorithm !== 'EC');
  });

  it.each([
    ['a policy on a secret key', { algorithm: 'AES', keySize: 128, policy: { keyStatus: { blocked: false } } }, 606],
    ['bip32 without derive', { attributes: { ...signs, bip32: true } }, 606],
    [
      'slip10 on a curve without derivation',
      { curveOid: '1.3.132.0.34', attributes: { ...signs, derive: true, slip10: true } },
      606,
    ],
    ['an exportable key under a policy', { attributes: open, policy: { keyStatus: { blocked: false } } }, 606],
    ['a TDEA key with a size', { algorithm: 'TDEA', curveOid: undefined, keySize: 192 }, 603],
    ['an address without a policy', { addressFormat: { format: 'BTC' } }, 630],
    ['a slash in the name', { label: 'a/b' }, 610],
  ])('refuses %s', async (_, more, errorCode) => {
    const base = { label: 'refused', algorithm: 'EC', curveOid: '1.2.840.10045.3.1.7', attributes: signs };
    const body = { ...base, ...more, ...('keySize' in more && { curveOid: undefined }) };
    expect((await post('/v1/key', body)).body.errorCode).toBe(errorCode);
  });
});

describe('import and export (§2.3)', () => {
  it('what was imported comes back, private, secret and public', async () => {
    expect((await importKey('in', 'EC', { privateKey: pkcs8, publicKey: spki })).status).toBe(201);
    expect(await exported('in')).toEqual({ privateKey: pkcs8, publicKey: spki, secretKey: null });
    const secretKey = base64Text(new Uint8Array(32).fill(3));
    await importKey('secret', 'ChaCha20', { secretKey });
    expect(await exported('secret')).toEqual({ privateKey: null, publicKey: null, secretKey });
    const { body } = await post('/v1/key/attributes', { label: 'in' });
    expect(await parseAttestation(body.xml as string)).toMatchObject({ creation: 'imported', label: 'in' });
  });

  it('takes PKCS#1, and base64 in PEM armour', async () => {
    const privateKey = rsaKey();
    const pkcs1 = privateKey.export({ format: 'der', type: 'pkcs1' });
    await importKey('pkcs1', 'RSA', { privateKey: base64Text(pkcs1) });
    await importKey('armoured', 'RSA', { privateKey: pemText(pkcs1, 'RSA PRIVATE KEY') });
    const publicKey = base64Text(spkiOf(privateKey));
    expect([(await attributesOf('pkcs1')).publicKey, (await attributesOf('armoured')).publicKey]).toEqual([publicKey, publicKey]);
  });

  it('a public key alone verifies, and cannot sign; a later one takes its place', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const alone = (publicKey: string) => post('/v1/key/import/plain', { label: 'public', algorithm: 'EC', publicKey });
    expect((await alone(base64Text(spkiOf(other.publicKey)))).status).toBe(201);
    await alone(spki);
    expect((await attributesOf('public')).publicKey).toBe(spki);
    const { signature } = (await post('/v1/synchronousSign', signBody('in'))).body;
    const request = { signKeyName: 'public', signatureAlgorithm: 'SHA256_WITH_ECDSA', payload: base64Text(message), signature };
    expect((await post('/v1/verify', { verifySignatureRequest: request })).body).toEqual({ signatureValid: true });
    expect((await post('/v1/synchronousSign', signBody('public'))).body.errorCode).toBe(614);
  });

  it('a public half takes no place beside a private one, or a secret key, of which it is not', async () => {
    await world.tsb.addKey({ label: 'whole', spec: 'ec-p256' });
    await importKey('sealed', 'AES', { secretKey: base64Text(new Uint8Array(32)) });
    const { publicKey } = await attributesOf('whole');
    for (const label of ['whole', 'sealed'])
      expect((await importKey(label, 'EC', { publicKey: spki })).body.errorCode, label).toBe(402);
    expect((await attributesOf('whole')).publicKey).toBe(publicKey);
    expect((await importKey('whole', 'EC', { publicKey })).status).toBe(201);
    const longer = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    expect((await importKey('public', 'EC', { publicKey: base64Text(spkiOf(longer.publicKey)) })).body.errorCode).toBe(613);
  });

  it.each([
    ['a taken name', 'in', 'EC', { privateKey: pkcs8 }, 608],
    ['another algorithm', 'x', 'RSA', { privateKey: pkcs8 }, 613],
    ['no key at all', 'x', 'EC', {}, 600],
    ['bytes that are no key', 'x', 'EC', { privateKey: spki }, 407],
    ['bytes that are no certificate', 'x', 'EC', { certificate: spki }, 409],
    ['a secret key with a public one', 'x', 'AES', { secretKey: 'AAAAAAAAAAAAAAAAAAAAAA==', publicKey: spki }, 600],
    ['a secret key of another length', 'x', 'AES', { secretKey: 'AAAA' }, 603],
    ['a private key without attributes', 'x', 'EC', { privateKey: pkcs8, attributes: undefined }, 600],
  ])('refuses %s', async (_, label, algorithm, more, errorCode) => {
    expect((await importKey(label, algorithm, more)).body.errorCode).toBe(errorCode);
  });

  it('gives out extractable keys only, and none that is sensitive or has a policy', async () => {
    await world.tsb.addKey({ label: 'kept', spec: 'ec-p256' });
    await world.tsb.addKey({ label: 'sensitive', spec: 'ec-p256', attributes: { extractable: true } });
    await world.tsb.addKey({ label: 'ska', spec: 'ec-p256', policy: {} });
    for (const label of ['kept', 'sensitive', 'ska']) expect((await exported(label)).errorCode).toBe(614);
    expect((await world.call('GET', '/v1/key/in/export/plain')).body.privateKey).toBe(pkcs8);
  });

  it('changes passwords of modifiable keys, which the old one opens no more', async () => {
    const change = (password: string | undefined, newPassword?: string) =>
      post('/v1/key/changePassword', { label: 'in', password, newPassword });
    expect((await change(undefined, 'one')).status).toBe(200);
    expect((await change(undefined, 'two')).body.errorCode).toBe(620);
    expect((await post('/v1/synchronousSign', signBody('in', { keyPassword: ['o', 'n', 'e'] }))).status).toBe(200);
    expect((await change('one')).status).toBe(200);
    expect((await post('/v1/synchronousSign', signBody('in'))).status).toBe(200);
    await world.tsb.addKey({ label: 'fixed', spec: 'ec-p256', attributes: { modifiable: false } });
    expect((await post('/v1/key/changePassword', { label: 'fixed', newPassword: 'x' })).body.errorCode).toBe(614);
  });

  it('the deprecated forms without a body do the same', async () => {
    await world.tsb.addKey({ label: 'old way', spec: 'ec-p256' });
    const path = `/v1/key/${encodeURIComponent('old way')}`;
    expect((await world.call('GET', `${path}/attributes`)).body.json).toMatchObject({ label: 'old way' });
    expect((await world.call('DELETE', path)).status).toBe(200);
    expect((await world.call('GET', `${path}/attributes`)).body.errorCode).toBe(650);
  });
});

/** SLIP-0010 test vector 1: seed, and the key of m/0' on each curve. */
const seed = base64Text(hexBytes('000102030405060708090a0b0c0d0e0f'));
const masters = {
  ed: {
    curveOid: '1.3.101.112',
    type: 'ADA/SLIP-10',
    chainCode: '8b59aa11380b624e81507a27fedda59fea6d0b779a778918a2fd3590e16e9c69',
    publicKey: '8c8a13df77a28f3445213a0f432fde644acaa215fc72dcdf300d5efaa85d350c',
    algorithm: 'EDDSA',
  },
  koblitz: {
    curveOid: '1.3.132.0.10',
    type: 'BIP32',
    chainCode: '47fdacbd0f1097043b78c63c20c34ef4ed9a111d980047ad16282c7ae6236141',
    publicKey: '035a784662a4a20a65bf6aab9ae98a6c068a81c52e4b032c0fb5400c706cfccc56',
    algorithm: 'SHA256_WITH_ECDSA',
  },
} as const;

describe('seeds and derivation (§2.3)', () => {
  beforeAll(async () => {
    for (const [label, { curveOid, type }] of Object.entries(masters)) {
      const flags = { ...signs, derive: true, ...(type === 'BIP32' ? { bip32: true } : { slip10: true }), destroyable: true };
      const { status } = await post('/v1/importedKey', { label, seed, curveOid, attributes: flags, policy: null });
      expect(status).toBe(201);
    }
  });

  it.each(['ed', 'koblitz'] as const)('%s: a name with a path is the key of SLIP-0010, in every call', async (label) => {
    const { chainCode, publicKey, type, algorithm } = masters[label];
    const name = `${label}/0'`;
    const json = await attributesOf(name);
    expect(json).toMatchObject({ label: name, derivedAttributes: { derivationType: type, derivationValue: chainCode } });
    const der = base64Bytes(json.publicKey as string);
    const { x = '', y = '' } = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' }).export({ format: 'jwk' });
    const point = Buffer.from(x, 'base64url').toString('hex');
    const odd = (Buffer.from(y, 'base64url').at(-1) ?? 0) & 1;
    expect(y === '' ? point : `0${2 + odd}${point}`).toBe(publicKey);
    const { signature } = (await post('/v1/synchronousSign', signBody(name, { signatureAlgorithm: algorithm }))).body;
    const request = { signKeyName: name, signatureAlgorithm: algorithm, payload: base64Text(message), signature };
    expect((await post('/v1/verify', { verifySignatureRequest: request })).body).toEqual({ signatureValid: true });
    expect((await post('/v1/verify', { verifySignatureRequest: { ...request, signKeyName: label } })).body).toEqual({
      signatureValid: false,
    });
    expect((await attributesOf(label)).keyUsageCount).toBe(1);
  });

  it('a derived key that is kept is the one that its name derives', async () => {
    const { status, body } = await post('/v1/derivedKey', { masterKeyLabel: 'koblitz', derivationPath: "0'/1" });
    expect(status).toBe(201);
    const { label, publicKey } = body.json as JsonObject;
    expect(label).toBe("koblitz/0'/1");
    expect((await world.call('GET', '/v1/key')).body.list).toContain(label);
    const deeper = await attributesOf("koblitz/0'/1/2'");
    await post('/v1/key/deleteKey', { label });
    expect((await attributesOf("koblitz/0'/1")).publicKey).toBe(publicKey);
    expect((await attributesOf("koblitz/0'/1/2'")).publicKey).toBe(deeper.publicKey);
  });

  it.each([
    ['a soft step on Ed25519', "ed/0'/1", 634],
    ['a path that is none', 'ed/x', 610],
    ['a key that may not derive', "in/0'", 614],
    ['a key that does not exist', "nobody/0'", 650],
  ])('refuses %s', async (_, label, errorCode) => {
    expect((await post('/v1/key/attributes', { label })).body).toMatchObject({ errorCode });
  });

  it('people approve the name with its path, and the master’s deletion ends such a request (§10.8)', async () => {
    const [boss] = approvers(1);
    await world.tsb.addKey({ label: 'm', spec: 'ec-p256', attributes: { derive: true }, policy: { ruleUse: rule([boss!], 1) } });
    const id = await requestSign(world, "m/44'/0'");
    await world.tsb.approve(id, boss!);
    const { result } = (await world.call('GET', `/v1/request/${id}`)).body;
    const key = base64Bytes((await attributesOf("m/44'/0'")).publicKey as string);
    const publicKey = createPublicKey({ key: Buffer.from(key), format: 'der', type: 'spki' });
    expect(verify('sha256', message, publicKey, base64Bytes(result as string))).toBe(true);
    const later = await requestSign(world, "m/44'/1'");
    await post('/v1/key/deleteKey', { label: 'm' });
    expect(await statusOf(world, later)).toBe('CANCELLED');
  });

  it('a request stays with the key that it was made for, whatever gets a name on its path', async () => {
    const [boss] = approvers(1);
    const ruleUse = rule([boss!], 1);
    await world.tsb.addKey({ label: 'n', spec: 'ec-p256', attributes: { derive: true }, policy: { ruleUse } });
    const id = await requestSign(world, "n/0'/1'");
    await post('/v1/derivedKey', { masterKeyLabel: 'n', derivationPath: "0'" });
    await world.tsb.approve(id, boss!);
    expect(await statusOf(world, id)).toBe('EXECUTED');
    const orphan = await requestSign(world, "n/5'");
    await post('/v1/key/deleteKey', { label: 'n' });
    await world.tsb.addKey({ label: 'n', spec: 'ec-p256' });
    await world.tsb.tick();
    expect(await statusOf(world, orphan)).toBe('CANCELLED');
  });

  it('addresses are those of the key, or of the derived one', async () => {
    const addressFormat = { format: 'BTC' };
    const policy = { keyStatus: { blocked: false } };
    const attributes = { ...signs, derive: true, bip32: true };
    await post('/v1/importedKey', { label: 'btc', seed, curveOid: '1.3.132.0.10', attributes, policy, addressFormat });
    const hash160 = (hex: string) =>
      createHash('ripemd160')
        .update(createHash('sha256').update(hexBytes(hex)).digest())
        .digest('hex');
    // BIP32 test vector 1: the public keys of m and m/0'.
    const expected = {
      btc: hash160('0339a36013301597daef41fbe593a02cc513d0b55527ec2df1050e2e8ff49c85c2'),
      "btc/0'": hash160(masters.koblitz.publicKey),
    };
    for (const [label, address] of Object.entries(expected)) {
      expect(hexText(base64Bytes((await post('/v1/key/address', { label })).body.address as string))).toBe(address);
      expect((await attributesOf(label)).addressTruncated).toEqual({ address, format: 'BTC' });
      const { body } = await post('/v1/key/attributes', { label });
      expect((await parseAttestation(body.xml as string)).label).toBe(label);
    }
    expect((await post('/v1/key/address', { label: 'in' })).body.errorCode).toBe(630);
    const ed = { label: 'eth', seed, curveOid: '1.3.101.112', attributes: signs, policy, addressFormat: { format: 'ETH' } };
    expect((await post('/v1/importedKey', ed)).body.errorCode).toBe(605);
  });
});

describe('data objects and service information (§2.8, §2.9)', () => {
  it('keeps bytes under a name until they are deleted', async () => {
    const object = {
      name: 'config/1',
      value: base64Text(utf8Bytes('bytes')),
      attributes: { private: true, modifiable: true, destroyable: true },
    };
    expect((await post('/v1/dataObject', object)).status).toBe(201);
    expect((await post('/v1/dataObject', object)).body.errorCode).toBe(615);
    const path = '/v1/dataObject/config%2F1';
    expect((await world.call('GET', path)).body).toEqual(object);
    expect((await world.call('GET', '/v1/keystore/statistics')).body.keyStoreStatistics).toContain('data objects 1,');
    expect((await world.call('DELETE', path)).status).toBe(200);
    expect((await world.call('GET', path)).body).toMatchObject({ errorCode: 653 });
  });

  it('refuses more than 64 KiB, and to delete what is not destroyable', async () => {
    const value = (bytes: number) => base64Text(new Uint8Array(bytes));
    expect((await post('/v1/dataObject', { name: 'large', value: value(65_537) })).body.errorCode).toBe(616);
    expect(
      (await post('/v1/dataObject', { name: 'large', value: value(65_536), attributes: { destroyable: false } })).status,
    ).toBe(201);
    expect((await world.call('DELETE', '/v1/dataObject/large')).body.errorCode).toBe(614);
  });

  it('says what its licence holds, and logs requests', async () => {
    expect((await world.call('GET', '/v1/licenseInfo')).body).toEqual({ clientFlags: ['REST_API', 'TSB_ENGINE', 'KEY_AUTH'] });
    await requestSign(world, 'in');
    expect((await world.call('GET', '/v1/hsm/log')).body.log).toMatch(/ sign in EXECUTED$/m);
  });
});
