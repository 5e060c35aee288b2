import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { base64Bytes, base64urlText, SignError, utf8Bytes, utf8Text } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import * as jose from 'jose';
import { describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { startUnwrapping, startWrapping } from '../../src/recipients/image-keys.js';
import { jweOpener } from '../../src/recipients/jwe/jwe-opener.js';
import { jweRecipient } from '../../src/recipients/jwe/jwe-recipient.js';
import { readJwe } from '../../src/recipients/jwe/read-jwe.js';
import { backendPrivateKey } from '../../src/recipients/keys/backend-key.js';
import { localPrivateKey } from '../../src/recipients/keys/local-key.js';
import { appendixA, appendixEcKey, appendixRsaKey, openWithNode, sampleOptions } from './vectors.js';

const name = 'org.opencontainers.image.enc.keys.jwe';
const layer = { digest: `sha256:${'0'.repeat(64)}`, index: 0 };
const rsa = rsaKey();
const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' });

const open = (annotation: string, ...keys: Parameters<typeof jweOpener>[0]['keys']) =>
  startUnwrapping([jweOpener({ keys })]).unwrapLayer({ [name]: annotation }, layer);

async function written(...keys: Parameters<typeof jweRecipient>[0]['keys']): Promise<string> {
  const session = await startWrapping([jweRecipient({ keys })]);
  return (await session.wrapLayer(sampleOptions(), layer))[name] as string;
}

const packetOf = (annotation: string) => JSON.parse(utf8Text(base64Bytes(annotation)));
const annotationOf = (jwe: object) => Buffer.from(JSON.stringify(jwe)).toString('base64');

describe('jwe packets of skopeo', () => {
  it('V2, for an RSA key in this process, opens its layer', async () => {
    const optsdata = await open(appendixA.v2.packet, localPrivateKey(appendixRsaKey()));
    expect(openWithNode(optsdata, appendixA.v2)).toEqual(Buffer.from(base64Bytes(appendixA.plainLayer)));
  });

  it('V3, for an EC key in this process, opens its layer', async () => {
    const optsdata = await open(appendixA.v3.packet, localPrivateKey(appendixEcKey()));
    expect(openWithNode(optsdata, appendixA.v3)).toEqual(Buffer.from(base64Bytes(appendixA.plainLayer)));
  });

  it('V2 and V3 open with keys behind a backend, by a decrypt and by a derive operation', async () => {
    const backend = createMemoryBackend();
    backend.addKey({ label: 'rsa', privateKey: appendixRsaKey(), purpose: 'decrypt' });
    backend.addKey({ label: 'ec', privateKey: appendixEcKey(), purpose: 'derive' });
    const keys = [backendPrivateKey(backend, { label: 'rsa' }), backendPrivateKey(backend, { label: 'ec' })];
    for (const vector of [appendixA.v2, appendixA.v3])
      expect(openWithNode(await open(vector.packet, ...keys), vector)).toEqual(Buffer.from(base64Bytes(appendixA.plainLayer)));
  });

  it('a packet that names the first recipient twice, as go-jose does for several, opens; one that names another there does not', async () => {
    const jwe = packetOf(await written({ publicKey: createPublicKey(rsa) }, { publicKey: ec.publicKey }));
    const twice = { ...jwe, encrypted_key: jwe.recipients[0].encrypted_key };
    expect(await open(annotationOf(twice), localPrivateKey(ec.privateKey))).toEqual(sampleOptions());
    const other = { ...jwe, encrypted_key: jwe.recipients[1].encrypted_key };
    await expect(open(annotationOf(other), localPrivateKey(rsa))).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
  });
});

describe('jwe packets of ours', () => {
  it('for one recipient are flattened, and jose opens them', async () => {
    const jwe = packetOf(await written({ publicKey: ec.publicKey }));
    expect(Object.keys(jwe).sort()).toEqual(['ciphertext', 'encrypted_key', 'iv', 'protected', 'tag']);
    expect((await jose.flattenedDecrypt(jwe, ec.privateKey)).plaintext).toEqual(sampleOptions());
    expect(jose.decodeProtectedHeader(jwe)).toMatchObject({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM' });
  });

  it('for several recipients have the shape that ocicrypt writes, and each of them opens them alone', async () => {
    const annotation = await written({ publicKey: createPublicKey(rsa), algorithm: 'RSA-OAEP-256' }, { publicKey: ec.publicKey });
    expect(jose.decodeProtectedHeader(packetOf(annotation))).toEqual({ enc: 'A256GCM' });
    expect(packetOf(annotation).recipients.map((one: { header: { alg: string } }) => one.header.alg)).toEqual([
      'RSA-OAEP-256',
      'ECDH-ES+A256KW',
    ]);
    for (const key of [rsa, ec.privateKey]) expect(await open(annotation, localPrivateKey(key))).toEqual(sampleOptions());
  });

  it('carry every layer under a key of its own', async () => {
    const session = await startWrapping([jweRecipient({ keys: [{ publicKey: ec.publicKey }] })]);
    const [one, two] = [await session.wrapLayer(sampleOptions(1), layer), await session.wrapLayer(sampleOptions(1), layer)];
    expect(packetOf(one[name] as string).encrypted_key).not.toBe(packetOf(two[name] as string).encrypted_key);
  });

  it('private keys, RSA keys of 1024 bits, algorithms of the other kind and an empty list are no recipients', () => {
    const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
    const bad = (key: unknown, code: string) =>
      expect(() => jweRecipient({ keys: [key as never] })).toThrow(expect.objectContaining({ code }));
    bad({ publicKey: ec.privateKey }, 'ERR_INVALID_ARGUMENT');
    bad({ publicKey: small }, 'ERR_ALGORITHM_UNSUPPORTED');
    bad({ publicKey: ec.publicKey, algorithm: 'RSA-OAEP' }, 'ERR_ALGORITHM_UNSUPPORTED');
    bad({ publicKey: ec.publicKey, algorithm: 'ECDH-ES' }, 'ERR_ALGORITHM_UNSUPPORTED');
    expect(() => jweRecipient({ keys: [] })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});

describe('a jwe packet that is read', () => {
  const encrypt = (enc: string) =>
    new jose.FlattenedEncrypt(sampleOptions()).setProtectedHeader({ alg: 'ECDH-ES+A128KW', enc }).encrypt(ec.publicKey);

  it.each(['A128GCM', 'A192GCM', 'A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512'])(
    'may be encrypted with %s, and one changed byte of its tag closes it',
    async (enc) => {
      const jwe = await encrypt(enc);
      const key = localPrivateKey(ec.privateKey);
      expect(await open(annotationOf(jwe), key)).toEqual(sampleOptions());
      const tag = `${jwe.tag?.startsWith('A') ? 'B' : 'A'}${jwe.tag?.slice(1)}`;
      await expect(open(annotationOf({ ...jwe, tag }), key)).rejects.toMatchObject({ code: 'ERR_REQUEST_FAILED' });
    },
  );

  it('is refused before any key is asked when it is none of ocicrypt’s', async () => {
    const good = await encrypt('A256GCM');
    const head = (header: object) => ({ ...good, protected: base64urlText(utf8Bytes(JSON.stringify(header))) });
    const { epk } = jose.decodeProtectedHeader(good) as { epk: Record<string, string> };
    const alg = 'ECDH-ES+A128KW';
    const enc = 'A256GCM';
    const codes = (jwe: object) => {
      try {
        readJwe(utf8Bytes(JSON.stringify(jwe)));
        return 'read';
      } catch (error) {
        return SignError.is(error) ? error.code : 'not ours';
      }
    };
    expect(codes(good)).toBe('read');
    const unsupported = [
      head({ alg: 'RSA1_5', enc }),
      head({ alg: 'dir', enc }),
      head({ alg: 'PBES2-HS256+A128KW', enc, p2c: 1e9 }),
      head({ alg, enc: 'none', epk }),
      head({ alg, enc, epk, zip: 'DEF' }),
      head({ alg, enc, epk, crit: ['exp'] }),
      { ...good, aad: 'AAAA' },
    ];
    for (const jwe of unsupported) expect(codes(jwe)).toBe('ERR_ALGORITHM_UNSUPPORTED');
    const malformed = [
      {},
      { ...good, protected: undefined },
      { ...good, iv: 'AAAA' },
      { ...good, tag: 'AAAA' },
      { ...good, tag: 'a b' },
      { ...good, recipients: [] },
      { ...good, header: { enc } },
      head({ alg, enc }),
      head({ alg, enc, epk: { ...epk, y: epk.x } }),
      head({ alg, enc, epk: { ...epk, crv: 'P-256' } }),
      head({ alg, enc, epk: { ...epk, x: 'AA' } }),
    ];
    for (const jwe of malformed) expect(codes(jwe)).toBe('ERR_MALFORMED');
    expect(codes({ ...good, encrypted_key: undefined, recipients: Array(33).fill({ encrypted_key: good.encrypted_key }) })).toBe(
      'ERR_LIMIT',
    );
  });

  it('is nobody’s when no key is of its kind, curve or size', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const annotation = await written({ publicKey: ec.publicKey });
    for (const key of [other, rsa])
      await expect(open(annotation, localPrivateKey(key))).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
  });

  it('for another key of the same kind does not open, and says no more than a flipped byte does', async () => {
    const another = rsaKey(2048, 'two');
    const annotation = await written({ publicKey: createPublicKey(rsa) });
    const jwe = packetOf(annotation);
    const flipped = { ...jwe, ciphertext: `${jwe.ciphertext.startsWith('A') ? 'B' : 'A'}${jwe.ciphertext.slice(1)}` };
    const failures = await Promise.all([
      open(annotation, localPrivateKey(another)).catch((error: SignError) => [error.code, error.message, error.cause]),
      open(annotationOf(flipped), localPrivateKey(rsa)).catch((error: SignError) => [error.code, error.message, error.cause]),
    ]);
    expect(failures[0]).toEqual(['ERR_REQUEST_FAILED', 'the packet does not open with this key', undefined]);
    expect(failures[1]).toEqual(failures[0]);
  });
});
