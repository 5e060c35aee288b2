import { describe, expect, it } from 'vitest';
import { decryptImage } from '../../src/image/decrypt-image.js';
import { encryptImage } from '../../src/image/encrypt-image.js';
import { addRecipients, replaceRecipients } from '../../src/image/recipients-of-image.js';
import { gzipLayer, manifestAt, memory, openOpener, openRecipient, putImage } from './support.js';

const [first, second] = ['provider.first', 'provider.second'] as const;

async function encrypted() {
  const { repository, registry } = memory();
  const plain = await putImage(repository, { layers: [gzipLayer('base'), gzipLayer('top')] }, { tag: '1' });
  await encryptImage(repository, repository, { from: '1', tag: 'enc', recipients: [openRecipient(first)] });
  const open = async (from: string, scheme: typeof first | typeof second) =>
    (await decryptImage(repository, repository, { from, openers: [openOpener(scheme)] })).descriptor.digest;
  return { repository, registry, plain, open };
}

describe('recipients of an encrypted image', () => {
  it('are added without a layer being touched, and all of them can decrypt', async () => {
    const { repository, registry, plain, open } = await encrypted();
    const blobs = registry.blobs.size;
    const options = { from: 'enc', tag: 'both', openers: [openOpener(first)], recipients: [openRecipient(second)] };
    const { layers } = await addRecipients(repository, repository, options);
    expect(layers.map(({ state }) => state)).toEqual(['rewrapped', 'rewrapped']);
    expect(registry.blobs.size).toBe(blobs);
    const digests = async (tag: string) => (await manifestAt(repository, tag)).layers.map(({ digest }) => digest);
    expect(await digests('both')).toEqual(await digests('enc'));
    for (const scheme of [first, second]) expect(await open('both', scheme)).toBe(plain.digest);
  });

  it('of a scheme that has packets get one more in the same annotation', async () => {
    const { repository } = await encrypted();
    const options = { from: 'enc', tag: 'two', openers: [openOpener(first)], recipients: [openRecipient(first)] };
    await addRecipients(repository, repository, options);
    const [layer] = (await manifestAt(repository, 'two')).layers;
    expect(layer?.annotations?.[`org.opencontainers.image.enc.keys.${first}`]?.split(',')).toHaveLength(2);
  });

  it('are replaced: those before find no packet any more', async () => {
    const { repository, plain, open } = await encrypted();
    const options = { from: 'enc', tag: 'other', openers: [openOpener(first)], recipients: [openRecipient(second)] };
    await replaceRecipients(repository, repository, options);
    expect(await open('other', second)).toBe(plain.digest);
    await expect(open('other', first)).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
  });
});
