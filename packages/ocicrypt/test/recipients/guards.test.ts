import { createPublicKey } from 'node:crypto';
import { base64Bytes, type Guard, type KeyBackend, type SecretIntent, SignError, sha256Hex, spkiOf } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { describe, expect, it } from 'vitest';
import { providerOpener } from '../../src/packets/provider-opener.js';
import { providerRecipient } from '../../src/packets/provider-recipient.js';
import { handleKeyProvider } from '../../src/provider/handle-key-provider.js';
import { startUnwrapping, startWrapping } from '../../src/recipients/image-keys.js';
import { jweOpener } from '../../src/recipients/jwe/jwe-opener.js';
import { backendPrivateKey } from '../../src/recipients/keys/backend-key.js';
import { localPrivateKey } from '../../src/recipients/keys/local-key.js';
import { decryptPkcs1 } from '../../src/recipients/keys/pkcs1.js';
import type { PrivateKey } from '../../src/recipients/keys/private-key.js';
import { pkcs7Opener } from '../../src/recipients/pkcs7/pkcs7-opener.js';
import { pkcs11Opener } from '../../src/recipients/pkcs11/pkcs11-opener.js';
import type { ImageContext, Opener } from '../../src/recipients/recipient.js';
import { goUnwrap } from '../provider/requests.js';
import { appendixA, appendixEcKey, appendixRsaKey, sampleOptions } from './vectors.js';

const layer = { digest: `sha256:${'0'.repeat(64)}`, index: 0 };
const annotation = (scheme: string) => `org.opencontainers.image.enc.keys.${scheme}`;
const software = createMemoryBackend();
software.addKey({ label: 'rsa', privateKey: appendixRsaKey(), purpose: 'decrypt' });
software.addKey({ label: 'ec', privateKey: appendixEcKey(), purpose: 'derive' });

async function providerPacket(): Promise<string> {
  const keys = [{ kid: 'images', spki: spkiOf(createPublicKey(appendixRsaKey())) }];
  const session = await startWrapping([providerRecipient({ name: 'securosys', keys })]);
  return (await session.wrapLayer(sampleOptions(), layer))[annotation('provider.securosys')] as string;
}

interface Case {
  readonly label: 'rsa' | 'ec';
  readonly purpose: SecretIntent['purpose'];
  readonly packet: () => Promise<string> | string;
  readonly opener: (key: PrivateKey) => Opener;
}

const certificate = base64Bytes(appendixA.certificate);
const cases: readonly Case[] = [
  { label: 'rsa', purpose: 'decrypt', packet: () => appendixA.v2.packet, opener: (key) => jweOpener({ keys: [key] }) },
  { label: 'ec', purpose: 'derive', packet: () => appendixA.v3.packet, opener: (key) => jweOpener({ keys: [key] }) },
  {
    label: 'rsa',
    purpose: 'decrypt',
    packet: () => appendixA.v4.packet,
    opener: (key) => pkcs7Opener({ keys: [{ key, certificate }] }),
  },
  { label: 'rsa', purpose: 'decrypt', packet: () => appendixA.v5.packet, opener: (key) => pkcs11Opener({ keys: [key] }) },
  {
    label: 'rsa',
    purpose: 'decrypt',
    packet: providerPacket,
    opener: (key) => providerOpener({ name: 'securosys', keys: [{ kid: 'images', key }] }),
  },
];
const named = cases.map((one) => [`${one.opener(localPrivateKey(appendixRsaKey())).scheme} with ${one.label}`, one] as const);

/** A key of the software backend, what its guard hears, and how often it was used. */
function guarded(label: string, veto = false) {
  const seen: SecretIntent[] = [];
  const results: string[] = [];
  let used = 0;
  const backend: KeyBackend = {
    ...software,
    id: software.id,
    begin: async (operation, options) => {
      used++;
      // Which of its paddings the platform has, depends on its release.
      if (operation.kind === 'decrypt' && operation.algorithm === 'rsa-pkcs1')
        return { done: decryptPkcs1(appendixRsaKey(), operation.ciphertext) as Uint8Array };
      return software.begin(operation, options);
    },
  };
  const guard: Guard<SecretIntent> = {
    judge(intent) {
      seen.push(intent);
      if (veto) throw new SignError('ERR_VETOED', 'not on a Sunday', { details: { rule: 'sunday' } });
    },
    after: ({ result }) => void results.push(result),
  };
  const key = backendPrivateKey(backend, { label }, { guards: [guard], allowPkcs1: true });
  return { key, guard, seen, results, used: () => used };
}

const about = { manifest: { mediaType: 'a/b', digest: `sha256:${'ab'.repeat(32)}`, size: 1 }, source: { layers: 1 } } as const;
const open = async ({ packet, opener }: Case, key: PrivateKey, image: ImageContext = about) => {
  const one = opener(key);
  return startUnwrapping([one], image).unwrapLayer({ [annotation(one.scheme)]: await packet() }, layer);
};

describe.each(named)('a packet of %s', (_, one) => {
  it('is opened by a key whose guards were asked, with the image that it is for', async () => {
    const { key, seen, results } = guarded(one.label);
    await open(one, key);
    const { purpose } = one;
    expect(seen).toMatchObject([{ purpose, source: about.source, operation: { facts: { subject: about.manifest } } }]);
    expect(results).toEqual([purpose === 'decrypt' ? 'decrypted' : 'derived']);
  });

  it('stays closed when a guard refuses: the key is not used, and nothing else is tried', async () => {
    const { key, seen, used, results } = guarded(one.label, true);
    await expect(open(one, key)).rejects.toMatchObject({ code: 'ERR_VETOED', details: { rule: 'sunday' } });
    expect([seen.length, used(), results]).toEqual([1, 0, ['refused']]);
  });

  it('can be judged alone: no key is used, one without guards neither', async () => {
    const { key, seen, used, results } = guarded(one.label);
    const judged = new Error('judged');
    const insteadOfKey = () => {
      throw judged;
    };
    await expect(open(one, key, { ...about, insteadOfKey })).rejects.toBe(judged);
    expect([seen.length, used(), results]).toEqual([1, 0, []]);
    const strict = guarded(one.label, true);
    await expect(open(one, strict.key, { ...about, insteadOfKey })).rejects.toMatchObject({ code: 'ERR_VETOED' });
    const own = localPrivateKey(one.label === 'rsa' ? appendixRsaKey() : appendixEcKey(), { allowPkcs1: true });
    await expect(open(one, own, { ...about, insteadOfKey })).rejects.toBe(judged);
  });
});

describe('a key provider', () => {
  it('lets its guards judge before it opens its backend', async () => {
    const { guard, seen } = guarded('rsa', true);
    const packet = base64Bytes(await providerPacket());
    const ref = { label: 'rsa', spkiSha256: sha256Hex(spkiOf(createPublicKey(appendixRsaKey()))) };
    const plugin = { name: 'securosys', key: () => ({ ref }), open: () => ({ ...software, close: async () => undefined }) };
    const stdin = goUnwrap(undefined, packet);
    const refused = await handleKeyProvider({ stdin, env: {} }, { ...plugin, guards: async () => [guard] });
    expect(refused).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('not on a Sunday (ERR_VETOED)') });
    expect(seen).toMatchObject([{ purpose: 'decrypt', operation: { facts: { details: { key: 'images' } } } }]);
    // It is told what the packet says, and nothing of where the image is.
    expect(seen[0]).not.toHaveProperty('source');
    expect(await handleKeyProvider({ stdin, env: {} }, plugin)).toMatchObject({ exitCode: 0, stderr: '' });
  });
});
