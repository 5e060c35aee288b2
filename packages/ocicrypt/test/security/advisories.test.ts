import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { type JsonObject, parseJsonObject, utf8Bytes, utf8Text } from '@securosys/core';
import { mediaTypes } from '@securosys/oci';
import { describe, expect, it } from 'vitest';
import { decodePrivateOptions, decodePublicOptions } from '../../src/cipher/layer-options.js';
import { keyProviderService } from '../../src/grpc/service.js';
import { serveKeyProviderGrpc } from '../../src/grpc.js';
import { decryptImage } from '../../src/image/decrypt-image.js';
import { encryptImage } from '../../src/image/encrypt-image.js';
import { startWrapping } from '../../src/recipients/image-keys.js';
import { privateText, publicOptions } from '../cipher/vectors.js';
import { gzipLayer, jsonBytes, memory, openOpener, openRecipient, putImage, putIndex } from '../image/support.js';

/** Mistakes of others (threat model §5) that concern encrypted images; the id of the advisory names the test. */
describe('advisories', () => {
  it('CVE-2022-24778: every platform is looked at before a key is used, also the last one', async () => {
    const { repository } = memory();
    const opener = openOpener();
    const images = { 'linux/amd64': { layers: [gzipLayer('a')] }, 'linux/arm64': { layers: [gzipLayer('b')] } };
    await putIndex(repository, images, 'multi');
    await encryptImage(repository, repository, { from: 'multi', tag: 'enc', recipients: [openRecipient()] });
    const plain = await putImage(repository, images['linux/arm64']);
    const index = parseJsonObject((await repository.resolve('enc')).bytes);
    const list = index.manifests as JsonObject[];
    Object.assign(list[1] as JsonObject, plain);
    await repository.pushManifest(jsonBytes(index), mediaTypes.imageIndex, { tag: 'enc' });
    const decrypted = decryptImage(repository, repository, { from: 'enc', openers: [opener] });
    await expect(decrypted).rejects.toMatchObject({ code: 'ERR_POLICY_UNSAFE' });
    expect(opener.asked).toBe(0);
  });

  it('CVE-2024-37168: a message over the limit never reaches the provider, however well it is packed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'provider-'));
    const refuse = () => {
      throw new Error('the provider was asked');
    };
    const service = await serveKeyProviderGrpc({ name: 'demo', key: refuse, open: refuse }, { socket: join(folder, 'p.sock') });
    try {
      for (const algorithm of [grpc.compressionAlgorithms.identity, grpc.compressionAlgorithms.gzip]) {
        const Client = grpc.makeGenericClientConstructor(keyProviderService, 'KeyProviderService');
        const options = { 'grpc.default_compression_algorithm': algorithm };
        const stub = new Client(service.target, grpc.credentials.createInsecure(), options);
        const methods = stub as unknown as Record<'UnWrapKey', (bytes: Uint8Array, answer: (error: unknown) => void) => void>;
        const error = await new Promise((resolve) => methods.UnWrapKey(new Uint8Array(4 * 1024 * 1024), resolve));
        expect(error).toMatchObject({ code: grpc.status.RESOURCE_EXHAUSTED });
        stub.close();
      }
    } finally {
      await service.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('ocicrypt packets: a nonce where everybody can change it is refused and never preferred', () => {
    const changed = utf8Text(publicOptions).replace('{}', '{"nonce":"AAAAAAAAAAAAAAAAAAAAAA=="}');
    expect(() => decodePublicOptions(utf8Bytes(changed))).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
  });

  it('ocicrypt packets: a missing nonce is an error and not drawn by lot', () => {
    const without = privateText.replace(/"nonce":"[^"]*"/, '');
    expect(() => decodePrivateOptions(utf8Bytes(without))).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
  });

  it('ocicrypt packets: a recipient that cannot be served ends it all and is not left out', async () => {
    const refusing = openRecipient('provider.refusing');
    const broken = {
      ...refusing,
      startImage: async () => ({ wrap: () => Promise.reject(new Error('no answer')), close: () => undefined }),
    };
    const session = await startWrapping([openRecipient(), broken]);
    const digest = `sha256:${'0'.repeat(64)}`;
    await expect(session.wrapLayer(utf8Bytes(privateText), { digest, index: 0 })).rejects.toThrow('no answer');
    session.close();
  });
});
