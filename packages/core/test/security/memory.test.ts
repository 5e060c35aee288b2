import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { expectOwnMemory } from '../../../testing/src/index.js';
import * as api from '../../src/index.js';
import * as memory from '../../src/memory.js';

/** Cut from a larger block, as everything is that comes from Node's pool. */
const pooled = (text: string) => Buffer.from(text);
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const message = api.utf8Bytes('hello');
const raw = new Uint8Array(64).fill(7);
const sequence = pooled('\x30\x03\x02\x01\x05');

const mlDsaInfo = () => Buffer.from(api.mlDsaSpki({ spec: 'ml-dsa-44', publicKey: new Uint8Array(1312) }));

function memoryBackend() {
  const backend = memory.createMemoryBackend();
  const info = backend.addKey({ label: 'k', privateKey, chain: [sequence] });
  return { backend, info };
}

/** Every exported function that gives out bytes, with a call of it. */
const samples: Readonly<Record<string, () => unknown>> = {
  ownBytes: () => api.ownBytes(pooled('abc')),
  concatBytes: () => [api.concatBytes(pooled('a'), pooled('b')), api.concatBytes(pooled('a'))],
  hashBytes: () => [api.hashBytes('sha256', message), api.hashBytes('sha512', message)],
  utf8Bytes: () => api.utf8Bytes('short'),
  base64Bytes: () => api.base64Bytes('AQID'),
  base64urlBytes: () => api.base64urlBytes('AQID'),
  hexBytes: () => api.hexBytes('010203'),
  ecdsaToDer: () => api.ecdsaToDer(raw),
  ecdsaFromDer: () => api.ecdsaFromDer(Buffer.from(api.ecdsaToDer(raw)), 32),
  derWrap: () => api.derWrap(4, pooled('abc')),
  derBytes: () => api.derBytes(sequence, api.readDer(sequence, 0)),
  spkiOf: () => api.spkiOf(privateKey),
  mlDsaPublicKey: () => api.mlDsaPublicKey(mlDsaInfo())?.publicKey,
  mlDsaSpki: () => api.mlDsaSpki({ spec: 'ml-dsa-44', publicKey: new Uint8Array(1312) }),
  loadMlDsa: async () => {
    const library = await api.loadMlDsa();
    const pair = library.generate('ml-dsa-44', pooled('x'.repeat(32)));
    return [pair.publicKey, pair.secretKey, library.sign('ml-dsa-44', pair.secretKey, message)];
  },
  createMlDsaKey: async () => {
    const key = await memory.createMlDsaKey('ml-dsa-44');
    return [key.spki, key.sign(message)];
  },
  createSigner: async () => {
    const { backend } = memoryBackend();
    const signer = api.createSigner(backend, { label: 'k' }, { allowOpaque: true });
    const signature = await signer.sign({ algorithm: 'ecdsa-sha256', input: { message: pooled('hello') } });
    return [signature, await signer.describe(), await signer.chain()];
  },
  beginAct: async () => {
    const act: api.Act<Uint8Array> = {
      port: memoryBackend().backend,
      identity: { kind: 'sign', inputSha256: '' },
      recorded: false,
      begin: async () => ({ done: pooled('abc') }),
      accept: async (bytes) => api.ownBytes(bytes),
    };
    return (await api.beginAct(act, { store: api.createMemoryStore(), clock: api.systemClock })).result();
  },
  encryptTo: () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    return api.encryptTo(publicKey, 'rsa-oaep-sha256', pooled('abc'));
  },
  createDecrypter: async () => {
    const backend = memory.createMemoryBackend();
    await backend.createKey({ label: 'k', spec: 'rsa-2048', purpose: 'decrypt' });
    const [key, algorithm] = [{ label: 'k' }, 'rsa-oaep-sha256'] as const;
    const encrypted = await backend.begin({ kind: 'encrypt', key, algorithm, plaintext: pooled('abc') });
    const ciphertext = 'done' in encrypted ? encrypted.done : new Uint8Array();
    return [ciphertext, await api.createDecrypter(backend, key).decrypt({ algorithm, ciphertext })];
  },
  createDeriver: async () => {
    const backend = memory.createMemoryBackend();
    const { spki } = await backend.createKey({ label: 'k', spec: 'ec-p256', purpose: 'derive' });
    return api.createDeriver(backend, { label: 'k' }).derive({ algorithm: 'ecdh', publicKey: Buffer.from(spki) });
  },
  keyCheckInput: () => api.keyCheckInput(),
  sealedParts: () => api.sealedParts(pooled('x'.repeat(40))),
  createSealer: async () => {
    const backend = memory.createMemoryBackend();
    const sealer = api.createSealer(backend, (await backend.createSymmetricKey({ label: 'k' })).ref);
    const sealed = await sealer.seal({ algorithm: 'aes-gcm', plaintext: pooled('abc') });
    return [sealed, await sealer.open({ algorithm: 'aes-gcm', sealed: Buffer.from(sealed) })];
  },
  createMemoryBackend: async () => {
    const { backend, info } = memoryBackend();
    const listed = [];
    for await (const key of backend.listKeys?.() ?? []) listed.push(key);
    const operation = { kind: 'sign', key: info.ref, algorithm: 'ecdsa-sha256', input: { message } } as const;
    const begun = await backend.begin(operation);
    return [info, listed, begun, await backend.describeKey(info.ref), await backend.certificates(info.ref)];
  },
};

const withoutBytes = [
  'SignError',
  'actKey',
  'agreementBytes',
  'agreementPeer',
  'algorithmFacts',
  'algorithmFitsKey',
  'approverText',
  'base64Text',
  'base64urlText',
  'canonicalJson',
  'checkSeal',
  'classifySigningBytes',
  'conditionHolds',
  'createMemoryStore',
  'cryptoParameters',
  'derChildren',
  'encryptionFacts',
  'encryptionParameters',
  'equalBytes',
  'generateSoftwareKey',
  'hexText',
  'invalidArgument',
  'isModulusLong',
  'isJsonObject',
  'isLoopback',
  'isMlDsaSpec',
  'isoSeconds',
  'keyCheckSha256',
  'keyFacts',
  'keySpecOf',
  'keySpecOfSpki',
  'knownOptions',
  'loadVerifier',
  'nodeCrypto',
  'nodeFiles',
  'parseJson',
  'parseJsonForm',
  'parseJsonObject',
  'pendingKey',
  'pinSymmetric',
  'publicKeyFromSpki',
  'readDer',
  'recordKey',
  'resumeAct',
  'sanitizeText',
  'scanCbor',
  'scanDer',
  'formerClaim',
  'changedClaim',
  'contradictsChange',
  'isSecretIntent',
  'isMovedFromClaim',
  'keepFreedMemory',
  'sha256Hex',
  'tagClaims',
  'signatureAlgorithmFor',
  'utf8Text',
  'verifySignature',
  'withBackend',
  'withTimeLimit',
  'wipe',
];

describe('bytes that are given out have memory of their own (S39):', () => {
  it.each(Object.keys(samples))('%s', async (name) => {
    expect(expectOwnMemory(await samples[name]?.())).toBeGreaterThan(0);
  });

  it('every exported function is known to give out bytes, or not to', () => {
    const exported = Object.entries({ ...api, ...memory }).flatMap(([name, value]) =>
      typeof value === 'function' ? [name] : [],
    );
    expect(exported.filter((name) => !(name in samples) && !withoutBytes.includes(name))).toEqual([]);
  });

  it('key material is wiped in place', () => {
    const key = Uint8Array.of(1, 2, 3);
    api.wipe(key.subarray(1));
    expect([...key]).toEqual([1, 0, 0]);
  });
});
