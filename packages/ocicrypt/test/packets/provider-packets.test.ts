import { createPublicKey } from 'node:crypto';
import {
  createMemoryStore,
  type EncryptionAlgorithm,
  encryptTo,
  type KeyBackend,
  type KeyOperation,
  nodeCrypto,
  type SignError,
  spkiOf,
  utf8Bytes,
  utf8Text,
} from '@securosys/core';
import { createMemoryBackend, generateSoftwareKey } from '@securosys/core/memory';
import { createTestClock } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { encodePacket } from '../../src/packets/packet.js';
import type { PacketAlgorithm } from '../../src/packets/packet-algorithms.js';
import { type ProviderOpenerOptions, providerOpener } from '../../src/packets/provider-opener.js';
import { type ProviderRecipientOptions, providerRecipient } from '../../src/packets/provider-recipient.js';
import { sealPacket } from '../../src/packets/seal.js';
import { startUnwrapping, startWrapping } from '../../src/recipients/image-keys.js';
import { type BackendKeyOptions, backendPrivateKey } from '../../src/recipients/keys/backend-key.js';
import { askingBackend } from '../asking-backend.js';
import { sampleOptions } from '../recipients/vectors.js';

const name = 'securosys';
const annotation = `org.opencontainers.image.enc.keys.provider.${name}`;
const layer = { digest: `sha256:${'0'.repeat(64)}` };

const software = createMemoryBackend();
const rsa = software.addKey({ label: 'layers', privateKey: rsaKey(), purpose: 'decrypt' });
const ec = software.addKey({
  label: 'agreeing',
  privateKey: (await generateSoftwareKey('ec-p384')).privateKey,
  purpose: 'derive',
});

/** The software keys, and what was asked of them. */
function counted() {
  const asked: KeyOperation[] = [];
  const backend: KeyBackend = {
    ...software,
    begin: async (operation) => {
      asked.push(operation);
      return software.begin(operation);
    },
  };
  return { backend, asked };
}

async function wrapped(keys: ProviderRecipientOptions['keys'], count = 1): Promise<Record<string, string>[]> {
  const session = await startWrapping([providerRecipient({ name, keys })]);
  const layers = [];
  for (let n = 0; n < count; n++) layers.push(await session.wrapLayer(sampleOptions(n), layer));
  session.close();
  return layers;
}

const opener = (
  backend: KeyBackend,
  kid: string,
  own: Partial<ProviderOpenerOptions['keys'][0]> = {},
  options?: BackendKeyOptions,
) => providerOpener({ name, keys: [{ kid, key: backendPrivateKey(backend, { label: kid }, options), ...own }] });

const open = (annotations: Record<string, string>, ...openers: ReturnType<typeof opener>[]) =>
  startUnwrapping(openers).unwrapLayer(annotations, layer);

const layersKey = { kid: 'layers', spki: rsa.spki };
const json = (annotations: Record<string, string>) =>
  JSON.parse(Buffer.from(annotations[annotation] as string, 'base64').toString());
const annotated = (packet: unknown) => ({
  [annotation]: Buffer.from(packet instanceof Uint8Array ? packet : JSON.stringify(packet)).toString('base64'),
});
const code = (work: Promise<unknown>) =>
  work.then(
    () => 'opened',
    (error: SignError) => error.code,
  );

describe('a packet for keys in an HSM', () => {
  it.each<[PacketAlgorithm, string, Uint8Array]>([
    ['RSA-OAEP', 'layers', rsa.spki],
    ['RSA-OAEP-256', 'layers', rsa.spki],
    ['ECDH-ES+A256KW', 'agreeing', ec.spki],
  ])('with %s gives back the very bytes that were wrapped', async (algorithm, kid, spki) => {
    const [annotations = {}] = await wrapped([{ kid, spki, algorithm }]);
    expect(await open(annotations, opener(software, kid, { algorithm }))).toEqual(sampleOptions());
  });

  it('is written without any call of a backend, and opened by one call of the key', async () => {
    const { backend, asked } = counted();
    const [annotations = {}] = await wrapped([layersKey]);
    await open(annotations, opener(backend, 'layers'));
    expect(asked.map(({ kind }) => kind)).toEqual(['decrypt']);
  });

  it('for two keys opens with each of them alone', async () => {
    const [annotations = {}] = await wrapped([layersKey, { kid: 'agreeing', spki: ec.spki }]);
    for (const kid of ['layers', 'agreeing']) expect(await open(annotations, opener(software, kid))).toEqual(sampleOptions());
  });

  it('shares its content key with all layers of an image, so that one use of the key opens five layers at once, and the next image another', async () => {
    const { backend, asked } = counted();
    const layers = await wrapped([layersKey], 5);
    const session = startUnwrapping([opener(backend, 'layers')]);
    const opened = await Promise.all(layers.map((annotations) => session.unwrapLayer(annotations, layer)));
    expect(opened).toEqual([0, 1, 2, 3, 4].map(sampleOptions));
    expect(asked).toHaveLength(1);
    const ivs = layers.map((annotations) => json(annotations).iv);
    expect(new Set(ivs).size).toBe(5);
    await session.close();
    expect(opened[4]).toEqual(sampleOptions(4));
    await open((await wrapped([layersKey]))[0] as Record<string, string>, opener(backend, 'layers'));
    expect(asked).toHaveLength(2);
  });

  it('under approval leaves its request when nobody waits, a later run continues it, and its result is deleted at the backend', async () => {
    const people = askingBackend(software);
    const store = createMemoryStore();
    const [annotations = {}] = await wrapped([layersKey]);
    const clock = createTestClock();
    const run = () =>
      startUnwrapping([opener(people.backend, 'layers', {}, { store, clock })]).unwrapLayer(annotations, layer, {
        timeoutMs: 5_000,
      });
    expect(await code(run())).toBe('ERR_APPROVAL_PENDING');
    expect(await code(run())).toBe('ERR_APPROVAL_PENDING');
    expect(people.made()).toBe(1);
    await people.approve();
    expect(await run()).toEqual(sampleOptions());
    expect(people.made()).toBe(1);
    expect(people.requests.size).toBe(0);
    expect(await code(run())).toBe('ERR_APPROVAL_PENDING');
    expect(people.made()).toBe(2);
  });

  it('is shown to those who approve with key, algorithm and the manifest that the caller checked', async () => {
    const people = askingBackend(software);
    const manifest = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: layer.digest, size: 2 };
    const [annotations = {}] = await wrapped([layersKey]);
    const session = startUnwrapping([opener(people.backend, 'layers', {}, { clock: createTestClock() })], {
      manifest,
      claims: { reference: 'example.com/app:1' },
    });
    await code(session.unwrapLayer(annotations, layer, { timeoutMs: 1 }));
    const [request] = people.requests.values();
    expect(request?.operation).toMatchObject({
      kind: 'decrypt',
      facts: { subject: manifest, details: { key: 'layers', algorithm: 'RSA-OAEP-256' } },
      claims: { reference: 'example.com/app:1' },
    });
  });
});

describe('a packet that is not as it should be', () => {
  it('is refused without a call of the key when it names an unknown key, another key under a known name, or another algorithm', async () => {
    const { backend, asked } = counted();
    const [annotations = {}] = await wrapped([layersKey]);
    expect(await code(open(annotations, opener(backend, 'agreeing')))).toBe('ERR_KEY_NOT_FOUND');
    expect(await code(open(annotations, opener(backend, 'layers', { algorithm: 'RSA-OAEP' })))).toBe('ERR_ALGORITHM_UNSUPPORTED');
    const other = { kid: 'layers', spki: spkiOf(rsaKey(2048, 'two')) };
    expect(await code(open((await wrapped([other]))[0] as Record<string, string>, opener(backend, 'layers')))).toBe(
      'ERR_KEY_CHANGED',
    );
    const packet = json(annotations);
    for (const alg of ['RSA1_5', 'RSA-OAEP', 'dir'])
      expect(await code(open(annotated({ ...packet, kek: [{ ...packet.kek[0], alg }] }), opener(backend, 'layers')))).toBe(
        'ERR_ALGORITHM_UNSUPPORTED',
      );
    expect(asked).toHaveLength(0);
  });

  it('with PKCS#1 v1.5 opens only when the key is set up for it and the named option is on, and is never written', async () => {
    const contentKey = nodeCrypto().randomBytes(32);
    const ek = encryptTo(createPublicKey(rsaKey()), 'rsa-pkcs1', contentKey);
    const entry = { kid: 'layers', spki: rsa.ref.spkiSha256 as string, alg: 'RSA1_5' as const, ek };
    const annotations = annotated(encodePacket(sealPacket({ kek: [entry] }, contentKey, sampleOptions())));
    const asked: EncryptionAlgorithm[] = [];
    // Node 20 has no PKCS#1 v1.5: the token's part is played.
    const token: KeyBackend = {
      ...software,
      begin: async (operation) => {
        if (operation.kind === 'decrypt') asked.push(operation.algorithm);
        return { done: Uint8Array.from(contentKey) };
      },
    };
    const algorithm = 'RSA1_5';
    expect(await code(open(annotations, opener(token, 'layers')))).toBe('ERR_ALGORITHM_UNSUPPORTED');
    expect(await code(open(annotations, opener(token, 'layers', { algorithm })))).toBe('ERR_ALGORITHM_UNSUPPORTED');
    expect(asked).toEqual([]);
    expect(await open(annotations, opener(token, 'layers', { algorithm }, { allowPkcs1: true }))).toEqual(sampleOptions());
    expect(asked).toEqual(['rsa-pkcs1']);
    expect(await code(wrapped([{ ...layersKey, algorithm }]))).toBe('ERR_ALGORITHM_UNSUPPORTED');
  });

  it('with a bad padding, a content key of another length and a bad tag fails in one way, by one call of the key each', async () => {
    const { backend, asked } = counted();
    const [annotations = {}] = await wrapped([layersKey]);
    const packet = json(annotations);
    const short = encryptTo(createPublicKey(rsaKey()), 'rsa-oaep-sha256', new Uint8Array(31));
    const variants = [
      { ...packet, kek: [{ ...packet.kek[0], ek: Buffer.alloc(256, 7).toString('base64') }] },
      { ...packet, kek: [{ ...packet.kek[0], ek: Buffer.from(short).toString('base64') }] },
      { ...packet, tag: Buffer.alloc(16).toString('base64') },
    ];
    const failures = [];
    for (const variant of variants) {
      const before = asked.length;
      failures.push(
        await open(annotated(variant), opener(backend, 'layers')).catch(({ code, message, cause, details }: SignError) => ({
          code,
          message,
          cause,
          details,
        })),
      );
      expect(asked.length - before).toBe(1);
    }
    expect(failures).toEqual(
      Array(3).fill({
        code: 'ERR_REQUEST_FAILED',
        message: 'the packet does not open with this key',
        cause: undefined,
        details: {},
      }),
    );
  });

  it('with any change to what it says of its keys does not open: all of it is authenticated', async () => {
    const [annotations = {}] = await wrapped([layersKey, { kid: 'agreeing', spki: ec.spki }]);
    const packet = json(annotations);
    const [first, second] = packet.kek;
    const variants = [
      { ...packet, kek: [first] },
      { ...packet, kek: [second, first] },
      { ...packet, kek: [first, { ...second, kid: 'agreeinG' }] },
      { ...packet, kek: [first, { ...second, spki: first.spki }] },
      { ...packet, iv: Buffer.alloc(12).toString('base64') },
      { ...packet, ct: `${packet.ct.startsWith('A') ? 'B' : 'A'}${packet.ct.slice(1)}` },
    ];
    for (const variant of variants)
      expect(await code(open(annotated(variant), opener(software, 'layers')))).toBe('ERR_REQUEST_FAILED');
  });

  it.each<[string, (packet: Record<string, unknown> & { kek: Record<string, unknown>[] }) => unknown, string]>([
    ['another provider’s', () => ({ key_url: 'x', wrapped_key: 'AAAA', wrap_type: 'AES' }), 'ERR_MALFORMED'],
    ['no JSON', () => utf8Bytes('BEGIN'), 'ERR_MALFORMED'],
    ['of version 3', (packet) => ({ ...packet, v: 3 }), 'ERR_ALGORITHM_UNSUPPORTED'],
    ['of another cipher', (packet) => ({ ...packet, enc: 'A256CBC' }), 'ERR_ALGORITHM_UNSUPPORTED'],
    ['for no key', (packet) => ({ ...packet, kek: [] }), 'ERR_MALFORMED'],
    ['for 17 keys', (packet) => ({ ...packet, kek: Array(17).fill(packet.kek[0]) }), 'ERR_LIMIT'],
    ['for one key twice', (packet) => ({ ...packet, kek: [packet.kek[0], packet.kek[0]] }), 'ERR_MALFORMED'],
    ['with a member more', (packet) => ({ ...packet, url: 'https://hsm.internal' }), 'ERR_MALFORMED'],
    ['with a member more at a key', (packet) => ({ ...packet, kek: [{ ...packet.kek[0], url: 'x' }] }), 'ERR_MALFORMED'],
    ['with an ephemeral key for RSA', (packet) => ({ ...packet, kek: [{ ...packet.kek[0], epk: 'AAAA' }] }), 'ERR_MALFORMED'],
    ['with a control character in a name', (packet) => ({ ...packet, kek: [{ ...packet.kek[0], kid: 'a\n' }] }), 'ERR_MALFORMED'],
    ['with a short nonce', (packet) => ({ ...packet, iv: 'AAAA' }), 'ERR_MALFORMED'],
    ['with base64 that is not canonical', (packet) => ({ ...packet, tag: `${packet.tag} ` }), 'ERR_MALFORMED'],
    [
      'with an encrypted key of another size',
      (packet) => ({ ...packet, kek: [{ ...packet.kek[0], ek: 'AAAA' }] }),
      'ERR_MALFORMED',
    ],
    ['over the limit', () => new Uint8Array(70_000), 'ERR_LIMIT'],
  ])('is refused before any key is asked: one that is %s', async (_, change, expected) => {
    const { backend, asked } = counted();
    const [annotations = {}] = await wrapped([layersKey]);
    expect(await code(open(annotated(change(json(annotations))), opener(backend, 'layers')))).toBe(expected);
    expect(asked).toHaveLength(0);
  });
});

describe('recipients of packets', () => {
  it('are 1 to 16 keys with different names, of kinds that packets know', async () => {
    const bad = (keys: ProviderRecipientOptions['keys'], other = name) =>
      code(
        Promise.resolve()
          .then(() => providerRecipient({ name: other, keys }))
          .then((recipient) => recipient.startImage({})),
      );
    expect(await bad([])).toBe('ERR_INVALID_ARGUMENT');
    expect(await bad([layersKey, layersKey])).toBe('ERR_INVALID_ARGUMENT');
    expect(await bad([{ ...layersKey, kid: 'a\u0000' }])).toBe('ERR_INVALID_ARGUMENT');
    expect(await bad([layersKey], 'a:b')).toBe('ERR_INVALID_ARGUMENT');
    expect(await bad([{ ...layersKey, spki: new Uint8Array(10) }])).toBe('ERR_MALFORMED');
    const ed25519 = spkiOf((await generateSoftwareKey('ed25519')).publicKey);
    expect(await bad([{ kid: 'k', spki: ed25519 }])).toBe('ERR_ALGORITHM_UNSUPPORTED');
    expect(await bad([{ kid: 'k', spki: ec.spki, algorithm: 'RSA-OAEP' }])).toBe('ERR_ALGORITHM_UNSUPPORTED');
  });

  it('that are finished write no more packets', async () => {
    const session = await startWrapping([providerRecipient({ name, keys: [layersKey] })]);
    session.close();
    expect(await code(session.wrapLayer(sampleOptions(), layer))).toBe('ERR_INVALID_ARGUMENT');
  });

  it('are added behind the packets that a layer has, and either of them opens it', async () => {
    const [before = {}] = await wrapped([{ kid: 'agreeing', spki: ec.spki }]);
    const session = await startWrapping([providerRecipient({ name, keys: [layersKey] })]);
    const both = await session.wrapLayer(sampleOptions(), layer, before);
    expect(both[annotation]?.split(',')).toHaveLength(2);
    expect(both[annotation]?.startsWith(`${before[annotation]},`)).toBe(true);
    for (const kid of ['layers', 'agreeing']) expect(await open(both, opener(software, kid))).toEqual(sampleOptions());
    const spaced = { [annotation]: (both[annotation] as string).replace(',', ', ') };
    expect(await code(open(spaced, opener(software, 'layers')))).toBe('ERR_MALFORMED');
  });

  it('can be read in the packet by everybody', async () => {
    const [annotations = {}] = await wrapped([layersKey]);
    expect(json(annotations)).toMatchObject({
      v: 1,
      enc: 'A256GCM',
      kek: [{ kid: 'layers', spki: rsa.ref.spkiSha256, alg: 'RSA-OAEP-256' }],
    });
    expect(utf8Text(Buffer.from(annotations[annotation] as string, 'base64'))).not.toContain('symkey');
  });
});
