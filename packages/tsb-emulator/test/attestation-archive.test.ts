import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignError } from '@securosys/core';
import { verifyAttestation } from '@securosys/tsb-client';
import { describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';

/** Parts of a real attestation, so that only the archive can be what is wrong. */
const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../tsb-client/test/attestation/primus-attestation.json'), 'utf8'),
) as { readonly xml: string; readonly xmlSignature: string; readonly chain: readonly string[]; readonly root: string };
const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
const xml: readonly [string, Buffer] = ['key.xml', bytes(recorded.xml)];
const signature: readonly [string, Buffer] = ['key.sig', bytes(recorded.xmlSignature)];
const pem = recorded.chain.map((one) => `-----BEGIN CERTIFICATE-----\n${one}\n-----END CERTIFICATE-----\n`).join('');
const chain: readonly [string, Buffer] = ['PrimusHSM_Attestation.crt', Buffer.from(pem)];

async function archiveOf(...files: readonly (readonly [string, Buffer])[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, contents] of files) zip.addBuffer(contents, name);
  zip.end();
  const parts: Buffer[] = [];
  for await (const part of zip.outputStream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

const outcome = async (...files: readonly (readonly [string, Buffer])[]): Promise<string> => {
  const options = { roots: [bytes(recorded.root)], clock: { now: () => Date.UTC(2025, 9, 18, 21) } };
  try {
    return (await verifyAttestation({ zip: await archiveOf(...files) }, options)).label;
  } catch (error) {
    return SignError.is(error) ? error.code : String(error);
  }
};

describe('an attestation archive', () => {
  it('is read whatever its files are called, and whatever else is in it', async () => {
    expect(await outcome(xml, signature, chain)).toBe('rsa_4096_sign');
    expect(await outcome(chain, ['notes/readme.md', Buffer.alloc(9)], signature, xml)).toBe('rsa_4096_sign');
  });

  it('with two texts is refused: one would be verified and the other one believed', async () => {
    expect(await outcome(xml, ['other.xml', Buffer.from('<x/>')], signature, chain)).toBe('ERR_MALFORMED');
    expect(await outcome(xml, xml, signature, chain)).toBe('ERR_MALFORMED');
    expect(await outcome(xml, signature, signature, chain)).toBe('ERR_MALFORMED');
  });

  it('without one of its parts is refused', async () => {
    expect(await outcome(xml, signature)).toBe('ERR_MALFORMED');
    expect(await outcome(xml, chain)).toBe('ERR_MALFORMED');
    expect(await outcome(signature, chain)).toBe('ERR_MALFORMED');
    expect(await outcome()).toBe('ERR_MALFORMED');
  });

  it('whose text grows over a megabyte is refused before it is unpacked', async () => {
    expect(await outcome(['key.xml', Buffer.alloc(2 * 1024 * 1024)], signature, chain)).toBe('ERR_LIMIT');
  });

  it('with very many files is refused', async () => {
    const many = Array.from({ length: 40 }, (_, i) => [`file-${i}`, Buffer.alloc(0)] as const);
    expect(await outcome(xml, signature, chain, ...many)).toBe('ERR_LIMIT');
  });
});
