import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import * as api from '../../src/index.js';
import { approveAll, repositoryName } from '../helpers.js';
import { createEncryptionWorld, decryptedImage, encryptedImage, plainImage, pushPlain, pushPlainIndex } from './support.js';

const failure = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

async function encrypted(options: Parameters<typeof createEncryptionWorld>[0] = {}) {
  const world = await createEncryptionWorld(options);
  const { oci, recipient, sign } = world;
  const image = await api.encryptImage(plainImage, { to: encryptedImage, oci, recipients: [recipient], sign });
  const open = { to: decryptedImage, oci, openers: [world.opener], trust: world.trust(), clock: world.clock };
  return { world, image, open };
}

describe('encryptImage', () => {
  it('encrypts and signs in one call, and what it gives decrypts to the first digest', async () => {
    const { world, image, open } = await encrypted();
    expect(image.signed?.reference).toBe(image.reference);
    expect(image.source.reference).toBe(`${repositoryName}@${world.plain}`);
    expect(image.layers.map(({ state }) => state)).toEqual(['encrypted', 'encrypted']);
    const decrypted = await api.decryptImage(encryptedImage, open);
    expect(decrypted).toMatchObject({
      reference: `${repositoryName}@${world.plain}`,
      source: { reference: image.reference },
      layers: [{ state: 'decrypted' }, { state: 'decrypted' }],
    });
    expect(decrypted.signers.map(({ signer }) => signer.subject)).toEqual([expect.stringContaining('CN=release')]);
  });

  it('while people decide on the signature, says which image it made, and the request goes on without encrypting again', async () => {
    const world = await createEncryptionWorld({ signing: true });
    const { oci, recipient, sign, store, clock } = world;
    const options = { to: encryptedImage, oci, recipients: [recipient], sign };
    const pending = await failure(api.encryptImage(plainImage, options));
    if (!api.SignError.is(pending, 'ERR_APPROVAL_PENDING')) throw pending;
    const { encrypted: image, requestId } = pending.details as { encrypted: api.EncryptedImage; requestId: string };
    expect(pending.message).toContain(image.reference);
    await approveAll(world);
    const request = await api.resumeSigningRequest(requestId, { backend: world.backend(), store, oci, clock });
    await request.complete();
    const { reference } = await api.verifyImage(encryptedImage, { trust: world.trust(), oci, clock });
    expect(reference).toBe(image.reference);
  });

  it('what is wrong with signing is found before a byte is moved', async () => {
    const { oci, recipient, sign, registry } = await createEncryptionWorld();
    const before = registry.blobs.size;
    const attempt = (wrong: object) =>
      api.encryptImage(plainImage, { to: encryptedImage, oci, recipients: [recipient], sign: { ...sign, ...wrong } as never });
    await expect(attempt({ signer: undefined })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await expect(attempt({ format: 'pgp' })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await expect(attempt({ expirey: '90d' })).rejects.toThrow(/expirey/);
    const bare = api.createSigner(api.connectMemory(), { label: 'nobody' });
    await expect(attempt({ signer: bare })).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
    expect(registry.blobs.size).toBe(before);
  });

  it('refuses a target by digest, no target, no recipient, and options that it does not know', async () => {
    const { oci, recipient, plain } = await createEncryptionWorld();
    const attempt = (wrong: object) =>
      api.encryptImage(plainImage, { to: encryptedImage, oci, recipients: [recipient], ...wrong } as never);
    for (const wrong of [{ to: `${repositoryName}@${plain}` }, { to: undefined }, { recipients: [] }, { recipient }])
      await expect(attempt(wrong), Object.keys(wrong).join()).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});

describe('decryptImage', () => {
  it('has to be told whom to trust: nothing is decrypted because somebody forgot', async () => {
    const { open } = await encrypted();
    for (const trust of [undefined, null, false, 'all', {}])
      await expect(api.decryptImage(encryptedImage, { ...open, trust } as never)).rejects.toThrow(/notationTrust.*'none'/);
    const { signers } = await api.decryptImage(encryptedImage, { ...open, trust: 'none' });
    expect(signers).toEqual([]);
  });

  it('an image that nobody signed is refused before the backend is asked anything (S17)', async () => {
    const { world, open } = await encrypted();
    const { oci, recipient } = world;
    await api.encryptImage(plainImage, { to: encryptedImage, oci, recipients: [recipient] });
    const refused = await failure(api.decryptImage(encryptedImage, open));
    expect(api.SignError.is(refused, 'ERR_NOT_TRUSTED') && refused.details.reason).toBe('no-signature');
    expect([world.asked(), world.registry.tags.has('app:decrypted')]).toEqual([0, false]);
  });

  it('decrypts the very manifest whose signature it checked, whatever the tag names afterwards', async () => {
    const { world, image, open } = await encrypted();
    const { oci, recipient, registry } = world;
    const evil = await api.encryptImage(plainImage, { to: `${repositoryName}:evil`, oci, recipients: [recipient] });
    let looks = 0;
    registry.faults.push((request) => {
      if (request.url.endsWith('/manifests/encrypted') && ++looks > 1) registry.tags.set('app:encrypted', evil.descriptor.digest);
      return undefined;
    });
    expect((await api.decryptImage(encryptedImage, open)).source.reference).toBe(image.reference);
    expect(looks).toBe(1);
  });

  it('asks each person once for all layers, goes on in a second call, and leaves no result behind (S14)', async () => {
    const { world, open } = await encrypted({ opening: true });
    const before = world.tsb.requests.length;
    const pending = await failure(api.decryptImage(encryptedImage, open));
    if (!api.SignError.is(pending, 'ERR_APPROVAL_PENDING')) throw pending;
    expect(world.registry.tags.has('app:decrypted')).toBe(false);
    await expect(api.decryptImage(encryptedImage, open)).rejects.toMatchObject({ code: 'ERR_APPROVAL_PENDING' });
    await approveAll(world);
    expect((await api.decryptImage(encryptedImage, open)).descriptor.digest).toBe(world.plain);
    expect(world.tsb.requests.length - before).toBe(1);
    expect((await world.backend().client.requests.get(String(pending.details.requestId))).result).toBeNull();
    for await (const record of world.store.records?.() ?? []) expect(record).toBeUndefined();
  });

  it('refuses a layer that was never encrypted, however well the image is signed', async () => {
    const { world, open } = await encrypted();
    const { oci, recipient, sign } = world;
    await api.encryptImage(plainImage, { to: encryptedImage, oci, recipients: [recipient], layers: [0], sign });
    await expect(api.decryptImage(encryptedImage, open)).rejects.toMatchObject({ code: 'ERR_POLICY_UNSAFE' });
    const { layers } = await api.decryptImage(encryptedImage, { ...open, requireEncrypted: [0] });
    expect(layers.map(({ state }) => state)).toEqual(['decrypted', 'kept']);
  });
});

describe('an index', () => {
  it('is trusted as a whole or by what it lists, and decrypts to the first digest', async () => {
    const world = await createEncryptionWorld();
    const { oci, recipient, sign, opener, clock } = world;
    const index = await pushPlainIndex(oci.open(plainImage), 'plain');
    const open = { to: decryptedImage, oci, openers: [opener], trust: world.trust(), clock };
    const options = { to: encryptedImage, oci, recipients: [recipient] };
    await api.encryptImage(plainImage, { ...options, sign });
    expect((await api.decryptImage(encryptedImage, open)).descriptor.digest).toBe(index);
    await expect(api.decryptImage(encryptedImage, { ...open, manifests: 'children' })).rejects.toMatchObject({
      code: 'ERR_NOT_TRUSTED',
    });

    await api.encryptImage(plainImage, { ...options, sign: { ...sign, platforms: ['linux/arm64'] } });
    await expect(api.decryptImage(encryptedImage, open)).rejects.toMatchObject({ code: 'ERR_NOT_TRUSTED' });
    const one = { ...open, manifests: 'children', platforms: ['linux/arm64'] } as const;
    expect((await api.decryptImage(encryptedImage, one)).layers).toHaveLength(2);
    await expect(api.decryptImage(encryptedImage, { ...one, platforms: ['linux/amd64'] })).rejects.toMatchObject({
      code: 'ERR_NOT_TRUSTED',
    });
  });
});

describe('recipients', () => {
  it('of every scheme decrypt the image, each with what he has, and are added and left out without the layers', async () => {
    const { world, image, open } = await encrypted();
    const { sign } = world;
    const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const rsa = rsaKey(2048, 'two');
    const publicKey = createPublicKey(rsa);
    const ca = world.tsb.certificateAuthority;
    const spki = Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }));
    const certificate = await ca.issue({ spki, subject: 'CN=reader,O=Acme,ST=Zurich,C=CH' });
    const recipients = [
      api.jweRecipient({ keys: [{ publicKey: ec.publicKey }] }),
      api.pkcs7Recipient({ certificates: [certificate] }),
      api.pkcs11Recipient({ keys: [publicKey] }),
    ];
    const to = `${repositoryName}:more`;
    const more = await api.addRecipients(encryptedImage, { ...open, to, recipients, sign });
    expect(more.layers.map(({ digest }) => digest)).toEqual(image.layers.map(({ digest }) => digest));
    const openers = [
      world.opener,
      api.jweOpener({ keys: [api.localPrivateKey(ec.privateKey)] }),
      api.pkcs7Opener({ keys: [{ key: api.localPrivateKey(rsa, { allowPkcs1: true }), certificate }] }),
      api.pkcs11Opener({ keys: [api.localPrivateKey(rsa)] }),
    ];
    for (const opener of openers)
      expect((await api.decryptImage(to, { ...open, openers: [opener] })).descriptor.digest, opener.scheme).toBe(world.plain);

    await api.replaceRecipients(to, { ...open, to, recipients: recipients.slice(0, 1), sign });
    await expect(api.decryptImage(to, open)).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
    expect((await api.decryptImage(to, { ...open, openers: openers.slice(1) })).descriptor.digest).toBe(world.plain);
  });

  it('are not added to an image that nobody vouches for', async () => {
    const { world, open } = await encrypted();
    const { oci, recipient } = world;
    await pushPlain(oci.open(plainImage), 'plain');
    await api.encryptImage(plainImage, { to: encryptedImage, oci, recipients: [recipient] });
    const adding = api.addRecipients(encryptedImage, { ...open, recipients: [recipient] });
    await expect(adding).rejects.toMatchObject({ code: 'ERR_NOT_TRUSTED' });
  });
});
