import {
  canonicalJson,
  type Descriptor,
  type FormatKey,
  type Guard,
  type JsonObject,
  type Prepared,
  publicKeyFromSpki,
  type SecretIntent,
  SignError,
  type SigningFacts,
  sha256Hex,
  utf8Bytes,
  verifySignature,
} from '@securosys/core';
import { describe, expect, it } from 'vitest';
import {
  backendPrivateKey,
  cosignTrust,
  createSigner,
  encryptImage,
  providerOpener,
  requestFile,
  type SignedBlob,
  type SignedCosignBlob,
  type SigningFormat,
  verifyAttestation,
} from '../../src/index.js';
import { createEncryptionWorld, decryptedImage, encryptedImage, plainImage } from '../encryption/support.js';
import { createWorld } from '../helpers.js';
import { alteredFile, approveAll, attachedTo, everyFormat, prepare, repositoryName, resume, tagged, thrown } from './support.js';

describe('items of a signing request', () => {
  it('are attestations and blobs beside images, each with a key of its own if wanted', async () => {
    const world = await createWorld();
    const { chain, store, clock, oci } = world;
    await world.tsb.addKey({ label: 'second', spec: 'ec-p256' });
    const blobs = createSigner(world.backend(), { label: 'second' }, { store, clock, allowOpaque: true });
    const predicate = { spdxVersion: 'SPDX-2.3' };
    const request = await prepare(world, [
      { image: tagged, format: 'notation-jws' },
      { image: tagged, predicateType: 'spdxjson', predicate },
      { blob: utf8Bytes('the archive'), format: 'notation-cose', name: 'tool.tgz', mediaType: 'application/gzip' },
      { blob: utf8Bytes('the other archive'), format: 'cosign', signer: blobs },
    ]);
    expect(request.items.map(({ kind, name }) => [kind, name])).toEqual([
      ['image', undefined],
      ['attestation', undefined],
      ['blob', 'tool.tgz'],
      ['blob', undefined],
    ]);
    await request.submit();
    await approveAll(world);
    const later = await resume(world, request.id, { allowOpaque: true, chains: [chain] });
    const { items, manifests } = await later.complete();
    expect(items.map(({ kind }) => kind)).toEqual(['image', 'attestation', 'blob', 'blob']);
    expect(manifests).toHaveLength(2);
    const { spki } = await world.signer().describe();
    const trust = cosignTrust({ keys: [{ publicKey: spki }], predicateTypes: ['spdxjson'] });
    await verifyAttestation(tagged, { trust, oci, clock });
    const [envelope, detached] = items.flatMap((item) => (item.kind === 'blob' ? [item.signed] : []));
    expect((envelope as SignedBlob).fileName).toBe('tool.tgz.cose.sig');
    expect((detached as SignedCosignBlob).bundle.length).toBeGreaterThan(100);
  });

  it('that nobody can make sense of are refused before a registry is asked', async () => {
    const world = await createWorld();
    for (const item of [{}, null, { image: tagged }, { blob: 'x', format: 'notation-jws' }, { image: tagged, format: 'pgp' }])
      expect((await thrown(prepare(world, [item as never]))).code, JSON.stringify(item)).toBe('ERR_INVALID_ARGUMENT');
    await expect(prepare(world, [])).rejects.toThrow(/at least one/);
    await expect(prepare(world, [{ image: tagged, format: 'notation-jws' }], { signer: undefined })).rejects.toThrow(/signer/);
    await expect(prepare(world, [{ image: tagged, format: 'notation-jws', shapes: ['legacy'] }])).rejects.toThrow(/shapes/);
  });
});

describe('a decryption as an item', () => {
  it('is asked for with the others, and its result goes to the run that completes it', async () => {
    const world = await createEncryptionWorld({ opening: true });
    const { oci, recipient, sign, opener, clock } = world;
    await encryptImage(plainImage, { to: encryptedImage, oci, recipients: [recipient], sign });
    const before = world.tsb.requests.length;
    const decrypt = { trust: world.trust(), openers: [opener] };
    const items = [{ decrypt: encryptedImage, to: decryptedImage, ...decrypt }] as const;
    const targets = [repositoryName];
    const request = await prepare(world, items, { targets });
    expect((await request.submit()).status).toBe('pending');
    expect(world.tsb.requests.length - before).toBe(1);
    expect((await thrown(resume(world, request.id))).message).toMatch(/openers/);
    const later = await resume(world, request.id, { decrypt, targets });
    expect(await thrown(later.complete({ approvalTimeoutMs: 0 }))).toMatchObject({
      code: 'ERR_APPROVAL_PENDING',
      details: { requestId: request.id },
    });
    expect(world.registry.tags.has('app:decrypted')).toBe(false);
    await approveAll(world);
    const { items: completed } = await later.complete();
    expect(completed).toMatchObject([
      { kind: 'decrypt', to: decryptedImage, decrypted: { descriptor: { digest: world.plain } } },
    ]);
    expect(world.tsb.requests.length - before).toBe(1);
    // The first run finds that it is done, and asks nobody again.
    clock.advance(1_000);
    await request.complete().catch(() => undefined);
    expect(world.tsb.requests.length - before).toBe(1);
  });

  it('is judged by the guards of its keys before anything of the request is sent, and again when it opens', async () => {
    const world = await createEncryptionWorld({ opening: true });
    const { oci, recipient, sign, store, clock } = world;
    await encryptImage(plainImage, { to: encryptedImage, oci, recipients: [recipient], sign });
    const seen: SecretIntent[] = [];
    const results: string[] = [];
    let refuses = true;
    const guard: Guard<SecretIntent> = {
      judge(intent) {
        seen.push(intent);
        if (refuses) throw new SignError('ERR_VETOED', 'not on a Sunday', { details: { rule: 'sunday' } });
      },
      after: ({ result }) => void results.push(result),
    };
    const key = backendPrivateKey(world.backend(), { label: 'images' }, { store, clock, guards: [guard] });
    const openers = [providerOpener({ name: 'securosys', keys: [{ kid: 'images', key }] })];
    const decrypt = { decrypt: encryptedImage, to: decryptedImage, trust: world.trust(), openers };
    const request = await prepare(world, [...everyFormat, decrypt]);
    const before = world.tsb.requests.length;
    expect(await thrown(request.submit())).toMatchObject({ code: 'ERR_VETOED', details: { rule: 'sunday' } });
    expect([world.tsb.requests.length - before, results]).toEqual([0, ['refused']]);
    expect(seen).toMatchObject([
      {
        source: { repository: repositoryName, layers: 2, trusted: true },
        target: { repository: repositoryName, tag: 'decrypted' },
      },
    ]);
    refuses = false;
    await request.submit();
    expect(results).toEqual(['refused', 'pending']);
    await approveAll(world);
    await request.complete();
    expect(results.at(-1)).toBe('decrypted');
    expect(world.registry.tags.has('app:decrypted')).toBe(true);
  });

  it('of a file that nobody vouches for opens nothing outside of the targets, and nothing by a tag (S30)', async () => {
    const world = await createEncryptionWorld();
    const { oci, recipient, opener } = world;
    await encryptImage(plainImage, { to: encryptedImage, oci, recipients: [recipient] });
    const decrypt = { trust: 'none', openers: [opener] } as const;
    const file = await requestFile(await prepare(world, [{ decrypt: encryptedImage, to: decryptedImage, ...decrypt }]));
    const from = (change: (reference: string) => string) =>
      alteredFile(file, ({ items }) => {
        for (const { identity } of items) identity.reference = change(String(identity.reference));
      });
    const targets = [repositoryName];
    for (const secret of ['registry.example/secret/app', 'evil.example/app', 'oci:/var/lib/images']) {
      const elsewhere = from((reference) => reference.replace(repositoryName, secret));
      expect((await thrown(resume(world, elsewhere, { decrypt, targets }))).code, secret).toBe('ERR_POLICY_UNSAFE');
    }
    for (const reference of [encryptedImage, 'no reference at all'])
      expect(
        (
          await thrown(
            resume(
              world,
              from(() => reference),
              { decrypt, targets },
            ),
          )
        ).code,
        reference,
      ).toBe('ERR_MALFORMED');
    expect((await resume(world, file, { decrypt, targets })).items).toHaveLength(1);
  });

  it('goes to no other place than the targets, waits for no others, and is held to what it stands for', async () => {
    const world = await createEncryptionWorld();
    const { oci, recipient, opener, store } = world;
    await encryptImage(plainImage, { to: encryptedImage, oci, recipients: [recipient] });
    const decrypt = { trust: 'none', openers: [opener] } as const;
    const items = [{ decrypt: encryptedImage, to: decryptedImage, ...decrypt }] as const;
    expect((await thrown(prepare(world, items, { targets: ['registry.example/else'] }))).code).toBe('ERR_POLICY_UNSAFE');
    await expect(prepare(world, items, { publish: 'all' })).rejects.toThrow(/publish/);
    const request = await prepare(world, items);
    const file = await requestFile(request);
    const json = JSON.parse(new TextDecoder().decode(file));
    json.items[0].identity.to = `${repositoryName}:evil`;
    const altered = utf8Bytes(JSON.stringify(json));
    expect((await thrown(resume(world, altered, { decrypt, targets: [repositoryName] }))).code).toBe('ERR_MALFORMED');
    await request.submit();
    const [item] = request.items;
    const key = `request-${item?.id}`;
    const record = (await store.get(key)) as JsonObject;
    await store.put(key, { ...record, identity: { ...(record.identity as JsonObject), to: 'oci:/tmp/evil' } });
    expect((await thrown(resume(world, request.id, { decrypt }))).code).toBe('ERR_MALFORMED');
    await store.put(key, record);
    await request.complete();
    expect(world.registry.tags.has('app:decrypted')).toBe(true);
  });
});

/** A format of somebody else: the signed bytes are JSON with a digest, and the signature is a blob that is attached. */
const mediaType = 'application/vnd.acme.seal+json';
function acmeFormat(): SigningFormat<Uint8Array> {
  const explain = (bytes: Uint8Array): SigningFacts | undefined => {
    try {
      const { acme, subject, stamp } = JSON.parse(new TextDecoder().decode(bytes));
      if (acme !== 1) return undefined;
      return { format: 'acme', title: 'An Acme seal', subject, ...(stamp && { details: { stamp } }) };
    } catch {
      return undefined;
    }
  };
  const prepared = (message: Uint8Array, spki: Uint8Array): Prepared<Uint8Array> => ({
    format: 'acme',
    version: 1,
    parts: [
      {
        id: 'seal',
        algorithm: 'ecdsa-sha256',
        input: { message },
        facts: explain(message) as SigningFacts,
        spkiSha256: sha256Hex(spki),
      },
    ],
    assemble: ({ seal }) => {
      if (!seal || !verifySignature(publicKeyFromSpki(spki), 'ecdsa-sha256', message, seal))
        throw new SignError('ERR_SIGNATURE_MISMATCH', 'no seal');
      return seal;
    },
    toJSON: () => ({ message: new TextDecoder().decode(message), spki: Buffer.from(spki).toString('base64') }),
  });
  return {
    format: {
      id: 'acme',
      prepare: ({ mediaType: type, digest, size }: Descriptor, { spki }: FormatKey, options) =>
        prepared(utf8Bytes(canonicalJson({ acme: 1, subject: { mediaType: type, digest, size }, ...options })), spki),
      restore: ({ message, spki }) => {
        const bytes = utf8Bytes(String(message));
        if (!explain(bytes)) throw new SignError('ERR_MALFORMED', 'no seal');
        return prepared(bytes, Uint8Array.from(Buffer.from(String(spki), 'base64')));
      },
      explain,
    },
    about: ({ parts }, _, { stamp }) => parts[0]?.facts.details?.stamp === stamp,
    async publish({ repository }, seal, subject, call) {
      const layer = await repository.pushBlob(seal, mediaType, call);
      const config = await repository.pushBlob(utf8Bytes('{}'), 'application/vnd.oci.empty.v1+json', call);
      const type = 'application/vnd.oci.image.manifest.v1+json';
      const manifest = { schemaVersion: 2, mediaType: type, artifactType: mediaType, config, layers: [layer], subject };
      return [await repository.attach(utf8Bytes(JSON.stringify(manifest)), type, subject, call)];
    },
  };
}

describe('a format of somebody else', () => {
  it('is prepared, restored by another process that has it, and attached', async () => {
    const world = await createWorld();
    const { store, clock, oci } = world;
    const signer = createSigner(world.backend(), { label: 'release' }, { store, clock, allowOpaque: true });
    const format = acmeFormat() as SigningFormat;
    const request = await prepare(world, [{ image: tagged, format, options: { stamp: 'gold' }, signer }]);
    expect(request.items).toMatchObject([{ format: 'acme', kind: 'image', facts: [{ details: { stamp: 'gold' } }] }]);
    await request.submit();
    await approveAll(world);
    expect((await thrown(resume(world, request.id))).code).toBe('ERR_MALFORMED');
    const later = await resume(world, request.id, { formats: [format], allowOpaque: true });
    const { manifests } = await later.complete();
    expect(manifests).toMatchObject([{ format: 'acme' }]);
    expect(await attachedTo(world)).toEqual(manifests[0]?.attached.map(({ digest }) => digest));
    expect(oci).toBeDefined();
  });

  it('is held to its options and to the digest, whatever a store says', async () => {
    const world = await createWorld();
    const { store, clock } = world;
    const signer = createSigner(world.backend(), { label: 'release' }, { store, clock, allowOpaque: true });
    const format = acmeFormat() as SigningFormat;
    const request = await prepare(world, [{ image: tagged, format, options: { stamp: 'gold' }, signer }]);
    await request.submit();
    const key = `request-${request.items[0]?.id}`;
    const record = (await store.get(key)) as JsonObject;
    const { message, spki } = record.prepared as { message: string; spki: string };
    for (const altered of [message.replace('gold', 'lead'), message.replace(/sha256:[0-9a-f]{8}/, 'sha256:00000000')]) {
      await store.put(key, { ...record, prepared: { message: altered, spki } });
      expect((await thrown(resume(world, request.id, { formats: [format] }))).code).toBe('ERR_MALFORMED');
    }
    for (const wrong of [{}, { ...format, format: { ...format.format, id: 'cosign' } }, { ...format, about: undefined }])
      expect((await thrown(resume(world, request.id, { formats: [wrong as never] }))).code).toBe('ERR_INVALID_ARGUMENT');
  });
});
