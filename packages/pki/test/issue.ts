import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { cryptoParameters, type KeySpec, type Prepared, spkiOf } from '@securosys/core';
import { rsaKey } from '../../../tests/rsa-key.js';
import { type Certificate, type CertificateOptions, parseCertificate, prepareCertificate } from '../src/index.js';

/** The six key types of the Notary Project. */
export const notarySpecs = [
  'rsa-2048',
  'rsa-3072',
  'rsa-4096',
  'ec-p256',
  'ec-p384',
  'ec-p521',
] as const satisfies readonly KeySpec[];

export interface TestKey {
  readonly privateKey: KeyObject;
  readonly spki: Uint8Array;
}

const curves: Partial<Record<KeySpec, string>> = { 'ec-p256': 'P-256', 'ec-p384': 'P-384', 'ec-p521': 'P-521' };
const made = new Map<string, TestKey>();

/** A software key; the same for the same name, because RSA keys take their time. */
export function testKey(spec: KeySpec, name = 'one'): TestKey {
  const known = made.get(`${spec} ${name}`);
  if (known) return known;
  const namedCurve = curves[spec];
  const { privateKey } = spec.startsWith('rsa')
    ? { privateKey: rsaKey(Number(spec.slice(4)), name) }
    : namedCurve
      ? generateKeyPairSync('ec', { namedCurve })
      : generateKeyPairSync('ed25519');
  const key = { privateKey, spki: spkiOf(privateKey) };
  made.set(`${spec} ${name}`, key);
  return key;
}

/** Signs what is prepared with a software key, as a backend would. */
export function complete(prepared: Prepared<Uint8Array>, { privateKey }: TestKey): Uint8Array {
  const [part] = prepared.parts;
  if (!part) throw new Error('nothing to sign');
  const { hash, parameters } = cryptoParameters(part.algorithm);
  return prepared.assemble({ [part.id]: sign(hash, part.input.message, { key: privateKey, ...parameters }) });
}

export const validity = { notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2036, 0, 1) };
export const subject = 'CN=release,O=Example,ST=Zurich,C=CH';

/** Issues with sensible defaults; the signing key is the issuer's. */
export async function issue(key: TestKey, options: Partial<CertificateOptions> = {}): Promise<Certificate> {
  const prepared = await prepareCertificate({ subject, validity, profile: 'leaf', ...options, key });
  return parseCertificate(complete(prepared, key));
}
