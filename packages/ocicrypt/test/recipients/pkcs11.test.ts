import { createPublicKey } from 'node:crypto';
import { base64Bytes, SignError, utf8Bytes } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { startUnwrapping, startWrapping } from '../../src/recipients/image-keys.js';
import { backendPrivateKey } from '../../src/recipients/keys/backend-key.js';
import { localPrivateKey } from '../../src/recipients/keys/local-key.js';
import { pkcs11Opener } from '../../src/recipients/pkcs11/pkcs11-opener.js';
import { readPkcs11 } from '../../src/recipients/pkcs11/pkcs11-packet.js';
import { pkcs11Recipient } from '../../src/recipients/pkcs11/pkcs11-recipient.js';
import { appendixA, appendixRsaKey, openWithNode, sampleOptions } from './vectors.js';

const name = 'org.opencontainers.image.enc.keys.pkcs11';
const layer = { digest: `sha256:${'0'.repeat(64)}` };
const open = (annotation: string, ...keys: Parameters<typeof pkcs11Opener>[0]['keys']) =>
  startUnwrapping([pkcs11Opener({ keys })]).unwrapLayer({ [name]: annotation }, layer);
const publicKey = createPublicKey(rsaKey());

describe('pkcs11 packets', () => {
  it('of skopeo (V5) open their layer, also when the first recipient is somebody else', async () => {
    const backend = createMemoryBackend();
    backend.addKey({ label: 'k', privateKey: appendixRsaKey(), purpose: 'decrypt' });
    const key = backendPrivateKey(backend, { label: 'k' });
    const optsdata = await open(appendixA.v5.packet, localPrivateKey(rsaKey()), key);
    expect(openWithNode(optsdata, appendixA.v5)).toEqual(Buffer.from(base64Bytes(appendixA.plainLayer)));
    const { recipients, version } = JSON.parse(Buffer.from(base64Bytes(appendixA.v5.packet)).toString());
    const turned = { version, recipients: recipients.toReversed() };
    expect(await open(Buffer.from(JSON.stringify(turned)).toString('base64'), key)).toEqual(optsdata);
  });

  it('of ours open for each recipient, and only with the hash that the key is set up for', async () => {
    const large = rsaKey(3072);
    const session = await startWrapping([pkcs11Recipient({ keys: [createPublicKey(large)], hash: 'sha256' })]);
    const annotation = (await session.wrapLayer(sampleOptions(), layer))[name] as string;
    expect(await open(annotation, localPrivateKey(large))).toEqual(sampleOptions());
    await expect(open(annotation, localPrivateKey(large, { algorithms: ['rsa-oaep-sha1'] }))).rejects.toMatchObject({
      code: 'ERR_ALGORITHM_UNSUPPORTED',
    });
  });

  it('with SHA-256 do not fit into 2048 bits, and that is said before anything is encrypted', () => {
    expect(() => pkcs11Recipient({ keys: [publicKey], hash: 'sha256' })).toThrow(expect.objectContaining({ code: 'ERR_LIMIT' }));
    expect(() => pkcs11Recipient({ keys: [publicKey] })).not.toThrow();
  });

  it('without a hash mean SHA-1, and other hashes, versions and shapes are refused', () => {
    const blob = 'AAAA';
    const code = (packet: unknown) => {
      try {
        return readPkcs11(utf8Bytes(JSON.stringify(packet))).map(({ algorithm }) => algorithm);
      } catch (error) {
        return SignError.is(error) && error.code;
      }
    };
    expect(
      code({
        version: 0,
        recipients: [
          { version: 0, blob },
          { version: 0, blob, hash: '' },
        ],
      }),
    ).toEqual(['rsa-oaep-sha1', 'rsa-oaep-sha1']);
    expect(code({ version: 0, recipients: [{ version: 0, blob, hash: 'sha512' }] })).toBe('ERR_ALGORITHM_UNSUPPORTED');
    expect(code({ version: 1, recipients: [{ version: 0, blob }] })).toBe('ERR_ALGORITHM_UNSUPPORTED');
    expect(code({ version: 0, recipients: [{ version: 1, blob }] })).toBe('ERR_ALGORITHM_UNSUPPORTED');
    for (const recipients of [undefined, {}, [1], [{ version: 0 }], [{ version: 0, blob: 'a b' }]])
      expect(code({ version: 0, recipients })).toBe('ERR_MALFORMED');
    expect(code({ version: 0, recipients: Array(33).fill({ version: 0, blob }) })).toBe('ERR_LIMIT');
  });

  it('that decrypt to something else than private options do not open', async () => {
    const session = await startWrapping([pkcs11Recipient({ keys: [publicKey] })]);
    const annotation = (await session.wrapLayer(utf8Bytes('anything'), layer))[name] as string;
    await expect(open(annotation, localPrivateKey(rsaKey()))).rejects.toMatchObject({ code: 'ERR_REQUEST_FAILED' });
  });
});
