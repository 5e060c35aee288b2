import { expect, it } from 'vitest';
import { cosignTrust, createSigner, decryptImage, encryptImage } from '../../src/index.js';
import { createEncryptionWorld, decryptedImage, encryptedImage, plainImage } from '../encryption/support.js';
import { createCosignWorld } from './world.js';

it('an encrypted image that cosign signed is decrypted by who trusts that key, and by nobody else', async () => {
  const world = await createEncryptionWorld();
  const { oci, clock, recipient, opener } = world;
  const keys = await createCosignWorld({ release: 'ec-p256', other: 'ec-p256' });
  const sign = {
    signer: createSigner(keys.backend, { label: 'release' }, { clock }),
    format: 'cosign',
    shapes: ['bundle'],
  } as const;
  await encryptImage(plainImage, { to: encryptedImage, oci, recipients: [recipient], sign });
  const open = async (label: string) =>
    decryptImage(encryptedImage, {
      to: decryptedImage,
      oci,
      clock,
      openers: [opener],
      trust: cosignTrust({ keys: [{ publicKey: await keys.spki(label), name: label }] }),
    });
  await expect(open('other')).rejects.toMatchObject({ code: 'ERR_NOT_TRUSTED' });
  const { reference, signers, cosignSigners } = await open('release');
  expect(reference).toContain(world.plain);
  expect([signers, cosignSigners]).toMatchObject([[], [{ name: 'release' }]]);
});
