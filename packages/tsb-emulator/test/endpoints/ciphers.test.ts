import { constants, createDecipheriv, createHmac, createSecretKey, privateDecrypt, publicEncrypt } from 'node:crypto';
import { base64Bytes, base64Text, utf8Bytes } from '@securosys/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { rsaPair } from '../../../../tests/rsa-key.js';
import { approvers, createWorld, fetchTasks, rule, statusOf, type World } from '../support.js';

const { privateKey, publicKey } = rsaPair();
const text = utf8Bytes('a layer key of some image');
const payload = base64Text(text);
const decrypts = { sign: false, decrypt: true };
let world: World;

const post = (path: string, body: object) => world.call('POST', path, body);
const encrypt = (encryptKeyName: string, cipherAlgorithm: string, more: object = {}) =>
  post('/v1/encrypt', { encryptRequest: { payload, encryptKeyName, cipherAlgorithm, ...more } });
const decryptBody = (decryptKeyName: string, cipherAlgorithm: string, more: object = {}) => ({
  decryptRequest: { decryptKeyName, cipherAlgorithm, ...more },
});
const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };

beforeAll(async () => {
  world = createWorld();
  await world.tsb.addKey({ label: 'rsa', privateKey, attributes: decrypts });
  await world.tsb.addKey({ label: 'signer', privateKey });
  await world.tsb.addKey({ label: 'aes', spec: 'aes-256', attributes: decrypts, password: 'pw' });
});

describe('encrypt and decrypt (§2.4, §3.4)', () => {
  it('RSA: what the emulator encrypts OpenSSL decrypts, and the other way round', async () => {
    const { status, body } = await encrypt('rsa', 'RSA_PADDING_OAEP_WITH_SHA256');
    expect(status).toBe(200);
    expect(privateDecrypt({ key: privateKey, ...oaep }, base64Bytes(body.encryptedPayload as string))).toEqual(Buffer.from(text));
    expect([body.initializationVector, body.messageAuthenticationCode]).toEqual([null, null]);
    const encryptedPayload = base64Text(publicEncrypt({ key: publicKey, ...oaep }, text));
    const answer = await post('/v1/synchronousDecrypt', decryptBody('rsa', 'RSA_PADDING_OAEP_WITH_SHA256', { encryptedPayload }));
    expect(answer).toEqual({ status: 200, body: { payload } });
  });

  it('AES_GCM: ciphertext and tag together and apart, an IV of the HSM, and the password of the key', async () => {
    const aad = base64Text(utf8Bytes('context'));
    const more = { additionalAuthenticationData: aad, tagLength: 128, keyPassword: ['p', 'w'] };
    const { body } = await encrypt('aes', 'AES_GCM', more);
    const parts = ['encryptedPayload', 'encryptedPayloadWithoutMessageAuthenticationCode', 'messageAuthenticationCode'].map(
      (name) => base64Bytes(body[name] as string),
    );
    expect(parts.map((part) => part.byteLength)).toEqual([text.byteLength + 16, text.byteLength, 16]);
    const { encryptedPayload, initializationVector } = body;
    const answer = await post(
      '/v1/synchronousDecrypt',
      decryptBody('aes', 'AES_GCM', { encryptedPayload, initializationVector, ...more }),
    );
    expect(answer.body).toEqual({ payload });
    const wrong = { encryptedPayload, initializationVector, ...more, additionalAuthenticationData: payload };
    expect((await post('/v1/synchronousDecrypt', decryptBody('aes', 'AES_GCM', wrong))).body.errorCode).toBe(410);
  });

  it.each([
    ['aes', 'AES_GCM', { keyPassword: 'pw' }, 624],
    ['aes', 'AES_GCM', { tagLength: 100, keyPassword: 'pw' }, 624],
    ['aes', 'AES_CTR', { tagLength: 128, keyPassword: 'pw' }, 624],
    ['aes', 'CAMELLIA', { keyPassword: 'pw' }, 629],
    ['rsa', 'AES_GCM', { tagLength: 128 }, 629],
    ['aes', 'RSA', { keyPassword: 'pw' }, 629],
    ['aes', 'AES', {}, 620],
    ['signer', 'RSA', {}, 614],
    ['nobody', 'RSA', {}, 650],
    ['aes', 'AES_ECB', { keyPassword: 'pw' }, 612],
  ])('%s does not encrypt with %s %j: %i', async (label, cipher, more, errorCode) => {
    expect((await encrypt(label, cipher, more)).body.errorCode).toBe(errorCode);
  });

  it('decrypting needs the attribute, whatever encrypting needs', async () => {
    const body = decryptBody('signer', 'RSA', { encryptedPayload: payload });
    expect((await post('/v1/synchronousDecrypt', body)).body.errorCode).toBe(614);
    expect((await post('/v1/decrypt', body)).body.errorCode).toBe(614);
  });

  it('a decryption waits for people, who are shown the ciphertext; its result is the plaintext', async () => {
    const [boss] = approvers(1);
    await world.tsb.addKey({ label: 'ska', privateKey, attributes: decrypts, policy: { ruleUse: rule([boss!], 1) } });
    const encryptedPayload = base64Text(publicEncrypt({ key: publicKey, ...oaep }, text));
    const body = decryptBody('ska', 'RSA_PADDING_OAEP_WITH_SHA256', { encryptedPayload });
    expect((await post('/v1/synchronousDecrypt', body)).body.errorCode).toBe(401);
    const { status, body: created } = await post('/v1/decrypt', body);
    expect(status).toBe(201);
    const id = created.decryptRequestId as string;
    const [task] = await fetchTasks(world, boss!, { detailLevel: 'level3' });
    expect(task).toMatchObject({
      payload: encryptedPayload,
      signedDecryptRequest: body,
      signedSignRequest: null,
      payloadType: null,
    });
    await world.tsb.approve(id, boss!);
    expect(await statusOf(world, id)).toBe('EXECUTED');
    expect((await world.call('GET', `/v1/request/${id}`)).body.result).toBe(payload);
  });

  it('a request whose ciphertext is none fails, and says nothing else', async () => {
    const created = await post('/v1/decrypt', decryptBody('rsa', 'RSA', { encryptedPayload: payload }));
    const { body } = await world.call('GET', `/v1/request/${created.body.decryptRequestId as string}`);
    expect([body.status, body.result]).toEqual(['FAILED', null]);
  });
});

describe('wrap and unwrap (§2.4, §3.5)', () => {
  const rights = { sign: true, decrypt: false, unwrap: false, extractable: true, sensitive: false };
  const kek = Buffer.alloc(32, 5);
  const unwrapBody = (wrappedKey: string, label: string, wrapMethod: string, unwrapKeyName = 'kek', more: object = {}) => ({
    unwrapKeyRequest: { wrappedKey, label, attributes: rights, unwrapKeyName, wrapMethod, ...more },
  });
  const wrap = (keyToBeWrapped: string, wrapMethod: string, wrapKeyName = 'kek') =>
    post('/v1/wrap', { wrapKeyRequest: { keyToBeWrapped, wrapKeyName, wrapMethod } });
  const publicKeyOf = async (label: string) =>
    ((await post('/v1/key/attributes', { label })).body.json as { publicKey?: string }).publicKey;

  beforeAll(async () => {
    const extractable = { extractable: true, sensitive: false };
    await post('/v1/key/import/plain', {
      label: 'kek',
      algorithm: 'AES',
      secretKey: base64Text(kek),
      attributes: { sign: false, decrypt: false, unwrap: true, wrap: true },
    });
    await world.tsb.addKey({ label: 'rsa kek', privateKey, attributes: { sign: false, unwrap: true } });
    for (const spec of ['ec-p256', 'ed25519', 'ec-secp256k1', 'aes-128'] as const)
      await world.tsb.addKey({ label: `wrapped ${spec}`, spec, attributes: extractable });
    await world.tsb.addKey({ label: 'wrapped rsa', privateKey, attributes: extractable });
  });

  it.each([
    ['wrapped ec-p256', 'AES_WRAP_PAD_EC', 'kek'],
    ['wrapped ec-p256', 'AES_WRAP_EC', 'kek'],
    ['wrapped ec-secp256k1', 'AES_WRAP_PAD_EC', 'kek'],
    ['wrapped ed25519', 'AES_WRAP_ED', 'kek'],
    ['wrapped rsa', 'AES_WRAP_PAD_RSA', 'kek'],
  ])('%s survives %s', async (label, method, by) => {
    const { status, body } = await wrap(label, method, by);
    expect(status).toBe(200);
    const back = `${label} back from ${method}`;
    const unwrapped = await post('/v1/synchronousUnwrap', unwrapBody(body.wrappedKey as string, back, method, by));
    expect(unwrapped.status).toBe(201);
    expect(await publicKeyOf(back)).toBe(await publicKeyOf(label));
  });

  it('secret keys survive AES and RSA, and OpenSSL unwraps them to their bytes', async () => {
    const exported = (await post('/v1/key/export/plain', { label: 'wrapped aes-128' })).body.secretKey as string;
    const secret = Buffer.from(base64Bytes(exported));
    const wrapped = base64Bytes((await wrap('wrapped aes-128', 'AES_WRAP')).body.wrappedKey as string);
    const decipher = createDecipheriv('id-aes256-wrap', kek, Buffer.alloc(8, 0xa6));
    expect(Buffer.concat([decipher.update(wrapped), decipher.final()])).toEqual(secret);
    for (const method of ['RSA_WRAP_OAEP', 'RSA_WRAP_PAD']) {
      const { body } = await wrap('wrapped aes-128', method, 'rsa kek');
      await post('/v1/synchronousUnwrap', unwrapBody(body.wrappedKey as string, method, method, 'rsa kek'));
      expect((await post('/v1/key/export/plain', { label: method })).body.secretKey).toBe(exported);
    }
    const oaepWrapped = base64Bytes((await wrap('wrapped aes-128', 'RSA_WRAP_OAEP', 'rsa kek')).body.wrappedKey as string);
    expect(privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, oaepWrapped)).toEqual(
      secret,
    );
  });

  it.each([
    ['wrapped ec-p256', 'AES_WRAP_PAD', 'kek', 607],
    ['wrapped ec-p256', 'AES_WRAP_PAD_BLS', 'kek', 101],
    ['wrapped ec-p256', 'RSA_WRAP_PAD', 'kek', 607],
    ['signer', 'AES_WRAP_PAD_RSA', 'kek', 614],
    ['wrapped aes-128', 'RSA_WRAP_PAD', 'signer', 614],
  ])('%s is not wrapped with %s by %s: %i', async (label, method, by, errorCode) => {
    expect((await wrap(label, method, by)).body.errorCode).toBe(errorCode);
  });

  it('a taken label, another family and wrapped nonsense are 701', async () => {
    const wrapped = (await wrap('wrapped ec-p256', 'AES_WRAP_PAD_EC')).body.wrappedKey as string;
    const refused = [
      unwrapBody(wrapped, 'rsa', 'AES_WRAP_PAD_EC'),
      unwrapBody(wrapped, 'new', 'AES_WRAP_PAD_RSA'),
      unwrapBody(payload, 'new', 'AES_WRAP_PAD_EC'),
    ];
    for (const body of refused)
      expect((await post('/v1/synchronousUnwrap', body)).body).toMatchObject({ errorCode: 701, message: 'Error unwrapping key' });
  });

  it('the synchronous form takes a policy for the new key, the asynchronous one refuses the member', async () => {
    const wrapped = (await wrap('wrapped ec-p256', 'AES_WRAP_PAD_EC')).body.wrappedKey as string;
    const more = {
      attributes: { sign: true, decrypt: false, unwrap: false },
      policy: { ruleUse: rule(approvers(1), 1), keyStatus: { blocked: false } },
    };
    expect((await post('/v1/unwrap', unwrapBody(wrapped, 'ska unwrapped', 'AES_WRAP_PAD_EC', 'kek', more))).body.errorCode).toBe(
      600,
    );
    await post('/v1/synchronousUnwrap', unwrapBody(wrapped, 'ska unwrapped', 'AES_WRAP_PAD_EC', 'kek', more));
    const { json } = (await post('/v1/key/attributes', { label: 'ska unwrapped' })).body as { json: { policy: unknown } };
    expect(json.policy).toMatchObject({ ruleUse: { tokens: [{}] }, ruleModify: null });
  });

  it('an unwrapping waits for people; the key is there once they agreed', async () => {
    const [boss] = approvers(1);
    await world.tsb.addKey({
      label: 'ska kek',
      privateKey,
      attributes: { sign: false, unwrap: true },
      policy: { ruleUse: rule([boss!], 1) },
    });
    const wrapped = (await wrap('wrapped aes-128', 'RSA_WRAP_OAEP', 'ska kek')).body.wrappedKey as string;
    const body = unwrapBody(wrapped, 'later', 'RSA_WRAP_OAEP', 'ska kek');
    const { body: created } = await post('/v1/unwrap', body);
    expect((await post('/v1/key/attributes', { label: 'later' })).body.errorCode).toBe(650);
    const [task] = await fetchTasks(world, boss!, { detailLevel: 'level3' });
    expect(task).toMatchObject({ payload: wrapped, signedUnwrapKeyRequest: body });
    await world.tsb.approve(created.unwrapRequestId as string, boss!);
    expect((await world.call('GET', `/v1/request/${created.unwrapRequestId as string}`)).body).toMatchObject({
      status: 'EXECUTED',
      result: null,
    });
    expect((await post('/v1/key/attributes', { label: 'later' })).status).toBe(200);
  });
});

describe('HMAC and random bytes (§2.4)', () => {
  it('is HMAC-SHA-256, and verifies at both paths that clients try (§8, 8)', async () => {
    const secretKey = createSecretKey(Buffer.alloc(32, 9));
    const attributes = { sign: false, decrypt: false, unwrap: false };
    const imported = { label: 'mac', algorithm: 'HMACSHA256', secretKey: base64Text(secretKey.export()), attributes };
    expect((await post('/v1/key/import/plain', imported)).status).toBe(201);
    const { body } = await post('/v1/synchronousHmac', { hmacRequest: { keyName: 'mac', payload } });
    expect(body.keyedHash).toBe(createHmac('sha256', secretKey).update(text).digest('base64'));
    const check = { verifyHmacRequest: { keyName: 'mac', payload, signature: body.keyedHash } };
    for (const path of ['/v1/verifyHmac', '/v1/verify']) {
      expect((await post(path, check)).body).toEqual({ signatureValid: true });
      const other = { verifyHmacRequest: { ...check.verifyHmacRequest, payload: base64Text(utf8Bytes('other')) } };
      expect((await post(path, other)).body).toEqual({ signatureValid: false });
    }
    expect((await post('/v1/synchronousHmac', { hmacRequest: { keyName: 'rsa', payload } })).body.errorCode).toBe(607);
  });

  it('gives as many random bytes as asked for, others each time', async () => {
    const [one, two] = [await world.call('GET', '/v1/generateRandom/33'), await world.call('GET', '/v1/generateRandom/33')];
    expect(base64Bytes(one.body.random as string).byteLength).toBe(33);
    expect(one.body.random).not.toBe(two.body.random);
    for (const length of ['0', '-1', 'x', '65537', '1e3'])
      expect((await world.call('GET', `/v1/generateRandom/${length}`)).body.errorCode).toBe(619);
  });
});
