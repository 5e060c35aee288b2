import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64Text, SignError, sha256Hex } from '@securosys/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rsaKey } from '../../../tests/rsa-key.js';
import { keySettingsOf } from '../src/ocicrypt/key-settings.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'key-settings-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rsa = createPublicKey(rsaKey());
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
const spki = ec.export({ type: 'spki', format: 'der' });
const pem = (der: Uint8Array, label = 'PUBLIC KEY') => `-----BEGIN ${label}-----\n${base64Text(der)}\n-----END ${label}-----\n`;

async function loaded(text: string) {
  const publicKey = join(folder, 'key.pem');
  writeFileSync(publicKey, text, { mode: 0o600 });
  return keySettingsOf({ keys: { layers: { publicKey } } })
    .get('layers')
    ?.load();
}

describe('the file of a public key', () => {
  const whole = ec.export({ type: 'spki', format: 'pem' }) as string;
  // The length of the outer SEQUENCE in two bytes, where one is enough.
  const longer = Buffer.concat([Buffer.from([0x30, 0x81]), spki.subarray(1)]);

  it.each([
    ['as everybody writes it', whole],
    ['with the ends of lines that Windows has', whole.replaceAll('\n', '\r\n')],
    ['with text around it', `layers of 2026\n${whole}the end\n`],
    ['whose DER is not the shortest', pem(longer)],
    ['that is the first of two', whole + rsa.export({ type: 'spki', format: 'pem' })],
  ])('%s is that key, as OpenSSL would write it', async (_, text) => {
    const key = await loaded(text);
    expect(key?.ref.spkiSha256).toBe(sha256Hex(spki));
    expect(key?.publicKey).toEqual(new Uint8Array(spki));
  });

  it('may be one of the RSA key alone', async () => {
    const key = await loaded(rsa.export({ type: 'pkcs1', format: 'pem' }) as string);
    expect(key?.publicKey).toEqual(new Uint8Array(rsa.export({ type: 'spki', format: 'der' })));
  });

  it.each([
    ['no PEM', 'key'],
    ['DER that is no key', pem(Uint8Array.of(0x30, 0))],
    ['bytes behind the key', pem(Buffer.concat([spki, Buffer.from([0, 0])]))],
    ['another kind of block', pem(spki, 'PRIVATE KEY')],
  ])('with %s is the key that OpenSSL reads of it, or refused', async (_, text) => {
    const read = async (find: () => Promise<string | undefined>) => {
      try {
        return await find();
      } catch (error) {
        return error instanceof SignError
          ? error.message
          : 'the configuration: keys.layers.publicKey holds no public key or certificate in PEM';
      }
    };
    const found = await read(async () => (await loaded(text))?.ref.spkiSha256);
    expect(found).toBe(await read(async () => sha256Hex(createPublicKey(text).export({ type: 'spki', format: 'der' }))));
  });
});
