import { createSecretKey } from 'node:crypto';
import { createMemoryStore, type Guard, type KeyBackend, type KeyOperation, type SecretIntent, SignError } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { expectNoSecret } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { type ProviderOpenerOptions, providerOpener } from '../../src/packets/provider-opener.js';
import { type ProviderRecipientOptions, providerRecipient } from '../../src/packets/provider-recipient.js';
import { handleKeyProvider } from '../../src/provider/handle-key-provider.js';
import type { KeyProviderPlugin, ProviderKey } from '../../src/provider/key-provider.js';
import { startUnwrapping, startWrapping } from '../../src/recipients/image-keys.js';
import { backendPrivateKey } from '../../src/recipients/keys/backend-key.js';
import { backendSymmetricKey } from '../../src/recipients/keys/symmetric-key.js';
import { askingBackend } from '../asking-backend.js';
import { goUnwrap, goWrap } from '../provider/requests.js';
import { sampleOptions } from '../recipients/vectors.js';

const name = 'securosys';
const annotation = `org.opencontainers.image.enc.keys.provider.${name}`;
const layer = { digest: `sha256:${'0'.repeat(64)}` };
const algorithm = 'A256GCMKW';

const software = createMemoryBackend();
const { ref } = software.addSymmetricKey({ label: 'layers' });
const rsa = software.addKey({ label: 'pair', privateKey: rsaKey(), purpose: 'decrypt' });
const key = backendSymmetricKey(software, ref);

async function wrapped(keys: ProviderRecipientOptions['keys'], count = 1): Promise<Record<string, string>[]> {
  const session = await startWrapping([providerRecipient({ name, keys })]);
  const layers = [];
  for (let n = 0; n < count; n++) layers.push(await session.wrapLayer(sampleOptions(n), layer));
  session.close();
  return layers;
}

type OpenerKey = ProviderOpenerOptions['keys'][0];
const opener = (...keys: readonly OpenerKey[]) => providerOpener({ name, keys });
const open = (annotations: Record<string, string>, ...keys: readonly OpenerKey[]) =>
  startUnwrapping([opener(...keys)]).unwrapLayer(annotations, layer);
const own: OpenerKey = { kid: 'layers', key, algorithm };

const json = (annotations: Record<string, string>) =>
  JSON.parse(Buffer.from(annotations[annotation] as string, 'base64').toString());
const annotated = (packet: unknown) => ({ [annotation]: Buffer.from(JSON.stringify(packet)).toString('base64') });
const code = (work: Promise<unknown>) =>
  work.then(
    () => 'opened',
    (error: unknown) => (SignError.is(error) ? error.code : error),
  );
const flipped = (text: string, at: number) => {
  const bytes = Buffer.from(text, 'base64');
  bytes[at] = (bytes[at] as number) ^ 1;
  return bytes.toString('base64');
};

function counted() {
  const asked: KeyOperation['kind'][] = [];
  const backend: KeyBackend = {
    ...software,
    begin: async (operation, options) => {
      asked.push(operation.kind);
      return software.begin(operation, options);
    },
  };
  return { backend, asked };
}

describe('a packet for a symmetric key', () => {
  it('gives back the very bytes that were wrapped, and names the key by its check value', async () => {
    const [annotations = {}] = await wrapped([{ kid: 'layers', key }]);
    const { v, kek } = json(annotations);
    expect({ v, kek }).toEqual({
      v: 2,
      kek: [{ kid: 'layers', check: ref.checkSha256, alg: algorithm, ek: expect.any(String) }],
    });
    expect(Buffer.from(kek[0].ek, 'base64').byteLength).toBe(60);
    expect(await open(annotations, own)).toEqual(sampleOptions());
  });

  it('opens with a key pair that is beside it, too', async () => {
    const [annotations = {}] = await wrapped([
      { kid: 'layers', key },
      { kid: 'pair', spki: rsa.spki },
    ]);
    expect(await open(annotations, { kid: 'pair', key: backendPrivateKey(software, rsa.ref) })).toEqual(sampleOptions());
    expect(await open(annotations, own)).toEqual(sampleOptions());
    expect(json((await wrapped([{ kid: 'pair', spki: rsa.spki }]))[0] ?? {}).v).toBe(1);
  });

  it('asks the backend once to seal an image and once to open it, and once more for what it sealed', async () => {
    const { backend, asked } = counted();
    const layers = await wrapped([{ kid: 'layers', key: backendSymmetricKey(backend, ref) }], 3);
    expect(asked.splice(0)).toEqual(['seal', 'open']);
    const session = startUnwrapping([opener({ ...own, key: backendSymmetricKey(backend, ref) })]);
    await Promise.all(layers.map((annotations) => session.unwrapLayer(annotations, layer)));
    await session.close();
    expect(asked).toEqual(['open']);
  });

  it('does not open when anything that it says of the key was changed, and the key is not asked where that shows', async () => {
    const [annotations = {}] = await wrapped([{ kid: 'layers', key }]);
    const packet = json(annotations);
    const [entry] = packet.kek;
    const { backend, asked } = counted();
    const reader = { ...own, key: backendSymmetricKey(backend, ref) };
    const other = (kek: object, rest = {}) => code(open(annotated({ ...packet, ...rest, kek: [{ ...entry, ...kek }] }), reader));
    expect(await other({ check: '0'.repeat(64) })).toBe('ERR_KEY_CHANGED');
    expect(await other({ alg: 'A128GCMKW' })).toBe('ERR_ALGORITHM_UNSUPPORTED');
    expect(await other({ spki: '0'.repeat(64) })).toBe('ERR_MALFORMED');
    expect(await other({ ek: entry.ek.slice(4) })).toBe('ERR_MALFORMED');
    expect(await other({}, { v: 1 })).toBe('ERR_ALGORITHM_UNSUPPORTED');
    expect(await other({}, { v: 3 })).toBe('ERR_ALGORITHM_UNSUPPORTED');
    expect(asked).toEqual([]);
    for (const place of [0, 11, 12, 43, 44, 59]) expect(await other({ ek: flipped(entry.ek, place) })).toBe('ERR_REQUEST_FAILED');
    for (const part of ['iv', 'ct', 'tag'])
      expect(await other({}, { [part]: flipped(packet[part], 0) })).toBe('ERR_REQUEST_FAILED');
    const renamed = { ...packet, kek: [{ ...entry, kid: 'layers-2' }] };
    expect(await code(open(annotated(renamed), { ...reader, kid: 'layers-2' }))).toBe('ERR_REQUEST_FAILED');
    const pairs = await wrapped([{ kid: 'pair', spki: rsa.spki }]);
    expect(await code(open(annotated({ ...json(pairs[0] ?? {}), v: 2 }), own))).toBe('ERR_MALFORMED');
  });

  it('opens with no text that the key sealed for something else', async () => {
    const [annotations = {}] = await wrapped([{ kid: 'layers', key }]);
    const packet = json(annotations);
    const begun = await software.begin({ kind: 'seal', key: ref, algorithm: 'aes-gcm', plaintext: new Uint8Array(32) });
    const ek = Buffer.from('done' in begun ? begun.done : []).toString('base64');
    expect(await code(open(annotated({ ...packet, kek: [{ ...packet.kek[0], ek }] }), own))).toBe('ERR_REQUEST_FAILED');
  });

  it('is for the algorithm that the key is set up for, and never for the one that the packet names', async () => {
    const [annotations = {}] = await wrapped([{ kid: 'layers', key }]);
    const [pairs = {}] = await wrapped([{ kid: 'layers', spki: rsa.spki }]);
    expect(await code(open(annotations, { kid: 'layers', key }))).toBe('ERR_ALGORITHM_UNSUPPORTED');
    expect(await code(open(annotations, { kid: 'layers', key: backendPrivateKey(software, rsa.ref) }))).toBe(
      'ERR_ALGORITHM_UNSUPPORTED',
    );
    expect(await code(open(pairs, own))).toBe('ERR_ALGORITHM_UNSUPPORTED');
    const pair = { kid: 'layers', key: backendPrivateKey(software, rsa.ref), algorithm } as const;
    expect(await code(open(annotations, pair))).toBe('ERR_ALGORITHM_UNSUPPORTED');
    const { ref: short } = software.addSymmetricKey({
      label: 'short',
      secretKey: createSecretKey(new Uint8Array(16)),
    });
    const recipient = [{ kid: 'short', key: backendSymmetricKey(software, short) }];
    expect(await code(wrapped(recipient))).toBe('ERR_ALGORITHM_UNSUPPORTED');
  });

  it('is made with a key that is pinned, and that may encrypt, and opened by one that may only decrypt', async () => {
    const refused = (one: Parameters<typeof backendSymmetricKey>[1], backend: KeyBackend = software) =>
      code(wrapped([{ kid: 'layers', key: backendSymmetricKey(backend, one) }]));
    expect(await refused({ label: 'layers' })).toBe('ERR_INVALID_ARGUMENT');
    expect(await refused({ label: 'layers', checkSha256: '0'.repeat(64) })).toBe('ERR_KEY_CHANGED');
    expect(await refused({ label: 'nobody', checkSha256: '0'.repeat(64) })).toBe('ERR_KEY_NOT_FOUND');
    const { describeSymmetricKey: _, ...without } = software;
    expect(await refused(ref, without)).toBe('ERR_CAPABILITY_MISSING');
    const secretKey = createSecretKey(new Uint8Array(32).fill(7));
    const both = software.addSymmetricKey({ label: 'both', secretKey });
    software.addSymmetricKey({ label: 'reads', secretKey, usages: ['decrypt'] });
    const reads = backendSymmetricKey(software, {
      label: 'reads',
      ...(both.ref.checkSha256 && { checkSha256: both.ref.checkSha256 }),
    });
    expect(await code(wrapped([{ kid: 'k', key: reads }]))).toBe('ERR_KEY_NOT_USABLE');
    const [annotations = {}] = await wrapped([{ kid: 'k', key: backendSymmetricKey(software, both.ref) }]);
    expect(await open(annotations, { kid: 'k', key: reads, algorithm })).toEqual(sampleOptions());
  });

  it('under policy is one request for the image, which a later run continues', async () => {
    const people = askingBackend(software);
    const describeSymmetricKey: KeyBackend['describeSymmetricKey'] = async (one) => ({
      ...(await software.describeSymmetricKey(one)),
      needsApproval: true,
    });
    const asking = { ...people.backend, describeSymmetricKey };
    const store = createMemoryStore();
    const layers = await wrapped([{ kid: 'layers', key }], 3);
    const run = async (timeoutMs: number) => {
      const session = startUnwrapping([opener({ ...own, key: backendSymmetricKey(asking, ref, { store }) })]);
      try {
        return await Promise.all(layers.map((annotations) => session.unwrapLayer(annotations, layer, { timeoutMs })));
      } finally {
        await session.close();
      }
    };
    expect(await code(run(0))).toBe('ERR_APPROVAL_PENDING');
    await people.approve();
    expect(await run(1_000)).toEqual([0, 1, 2].map((n) => sampleOptions(n)));
    expect([people.made(), people.requests.size]).toEqual([1, 0]);
    const bound = backendSymmetricKey({ ...asking, begin: people.backend.begin }, ref);
    expect(await code(wrapped([{ kid: 'layers', key: bound }]))).toBe('ERR_CAPABILITY_MISSING');
  });
});

describe('a key provider with a symmetric key', () => {
  const plugin: KeyProviderPlugin = {
    name,
    key: (kid) => (kid === 'k1' ? { ref, algorithm } : undefined),
    open: () => ({ ...software, close: async () => undefined }),
  };
  const call = async (stdin: Uint8Array, used: KeyProviderPlugin = plugin) => handleKeyProvider({ stdin, env: {} }, used);

  it('wraps and unwraps with it, and says what is missing where it cannot', async () => {
    const answer = await call(goWrap({ [name]: ['k1'] }, sampleOptions()));
    expect(answer).toMatchObject({ exitCode: 0, stderr: '' });
    const packet = Buffer.from(JSON.parse(answer.stdout).keywrapresults.annotation, 'base64');
    const opened = await call(goUnwrap({ [name]: ['k1'] }, packet));
    expect(opened).toMatchObject({ exitCode: 0, stderr: '' });
    expect(Buffer.from(JSON.parse(opened.stdout).keyunwrapresults.optsdata, 'base64')).toEqual(Buffer.from(sampleOptions()));
    const unpinned = { ...plugin, key: () => ({ ref: { label: 'layers' }, algorithm }) as const };
    expect((await call(goWrap({ [name]: ['k1'] }, sampleOptions()), unpinned)).stderr).toMatch(
      /nothing pins .*ERR_INVALID_ARGUMENT/,
    );
    const { describeSymmetricKey: _, ...without } = software;
    const incapable = { ...plugin, open: () => ({ ...without, close: async () => undefined }) };
    expect((await call(goUnwrap({ [name]: ['k1'] }, packet), incapable)).stderr).toMatch(
      /use an RSA key.*ERR_CAPABILITY_MISSING/,
    );
  });

  it('uses it when its guards agree, and tells them', async () => {
    const answer = await call(goWrap({ [name]: ['k1'] }, sampleOptions()));
    const packet = Buffer.from(JSON.parse(answer.stdout).keywrapresults.annotation, 'base64');
    const { backend, asked } = counted();
    const seen: SecretIntent[] = [];
    const results: string[] = [];
    let refuses = true;
    const guard: Guard<SecretIntent> = {
      judge(intent) {
        seen.push(intent);
        if (refuses) throw new SignError('ERR_VETOED', 'not on a Sunday');
      },
      after: ({ result }) => void results.push(result),
    };
    const guarded = { ...plugin, open: () => ({ ...backend, close: async () => undefined }), guards: [guard] };
    const unwrap = () => call(goUnwrap({ [name]: ['k1'] }, packet), guarded);
    expect((await unwrap()).stderr).toMatch(/not on a Sunday .*ERR_VETOED/);
    expect([asked, results]).toEqual([[], ['refused']]);
    refuses = false;
    expect(await unwrap()).toMatchObject({ exitCode: 0, stderr: '' });
    expect([asked, results]).toEqual([['open'], ['refused', 'decrypted']]);
    expect(seen.at(-1)).toMatchObject({ purpose: 'decrypt', key: { ref }, operation: { kind: 'open' } });
  });

  it('shows nothing of the key, whatever goes wrong (S37)', async () => {
    const secret = 'an AES key that nothing may show';
    const backend = createMemoryBackend();
    const { ref: own } = backend.addSymmetricKey({ label: 'own', secretKey: createSecretKey(Buffer.from(secret)) });
    const used = {
      ...plugin,
      key: (): ProviderKey => ({ ref: own, algorithm }),
      open: () => ({ ...backend, close: async () => undefined }),
    };
    await expectNoSecret({ secret }, async () => {
      const answer = await call(goWrap({ [name]: ['k1'] }, sampleOptions()), used);
      const packet = JSON.parse(Buffer.from(JSON.parse(answer.stdout).keywrapresults.annotation, 'base64').toString());
      packet.kek[0].ek = flipped(packet.kek[0].ek, 20);
      const refused = await call(goUnwrap({ [name]: ['k1'] }, Buffer.from(JSON.stringify(packet))), used);
      expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
      const bound = backendSymmetricKey(backend, { ...own, checkSha256: '0'.repeat(64) });
      const thrown = await bound.describe().catch((error: unknown) => error);
      return [refused, thrown, bound, backend, await backend.describeSymmetricKey(own)];
    });
  });
});
