import type { KeyObject } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSigner, type Descriptor, type KeySpec, type Signer, sha256Hex, utf8Bytes } from '@securosys/core';
import { createMemoryBackend, generateSoftwareKey } from '@securosys/core/memory';
import { notationJws } from '@securosys/notation-envelope';
import { pemText } from '@securosys/pki';
import { createAuthority } from './certificates.js';
import { distinctRsaKeys } from './rsa-keys.js';

/** What both sides verify and sign with. */
export interface NotationCorpus {
  /** For the peer: `*.jws`, and `key.pem` with `chain.pem` to sign with. */
  readonly folder: string;
  readonly root: Uint8Array;
  readonly envelopes: readonly { readonly bytes: Uint8Array; readonly subject: Descriptor }[];
  /** The key of `key.pem` and its chain in a memory backend. */
  readonly signer: Signer;
}

/** The descriptor of an image that nobody has; every index gives another one. */
export function subjectOf(index: number): Descriptor {
  const digest = `sha256:${sha256Hex(utf8Bytes(`image ${index}`))}`;
  return { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 1000 + index };
}

/** Signs as a caller of the SDK does. */
export async function signSubject(signer: Signer, subject: Descriptor): Promise<Uint8Array> {
  const { spec, spki } = await signer.describe();
  const prepared = notationJws.prepare(subject, { spec, spki, chain: await signer.chain() });
  const signatures: Record<string, Uint8Array> = {};
  for (const { id, algorithm, input, domain, facts } of prepared.parts)
    signatures[id] = await signer.sign({ algorithm, input, domain, facts });
  return prepared.assemble(signatures).envelope;
}

/** `count` envelopes, each with a key, a certificate and a payload of its own; all certificates are of one root. */
export async function notationCorpus(spec: KeySpec, count: number, folder: string): Promise<NotationCorpus> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const authority = await createAuthority(spec, Date.now());
  const backend = createMemoryBackend();
  const signerFor = async (label: string, privateKey: KeyObject): Promise<Signer> => {
    const { spki } = backend.addKey({ label, privateKey });
    backend.setCertificates(label, [await authority.issue(label, spki), authority.root]);
    return createSigner(backend, { label });
  };
  const envelopes: { bytes: Uint8Array; subject: Descriptor }[] = [];
  for (const [index, key] of (await distinctKeys(spec, count)).entries()) {
    const label = `signer-${String(index).padStart(4, '0')}`;
    const subject = subjectOf(index);
    const bytes = await signSubject(await signerFor(label, key), subject);
    envelopes.push({ bytes, subject });
    await writeFile(join(folder, `${label}.jws`), bytes);
  }
  const { privateKey } = await generateSoftwareKey(spec);
  const signer = await signerFor('signer', privateKey);
  await writeFile(join(folder, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await writeFile(join(folder, 'chain.pem'), (await signer.chain()).map((der) => pemText(der, 'CERTIFICATE')).join(''));
  return { folder, root: authority.root, envelopes, signer };
}

async function distinctKeys(spec: KeySpec, count: number): Promise<KeyObject[]> {
  if (spec.startsWith('rsa-')) return distinctRsaKeys(Number(spec.slice(4)), count);
  return Promise.all(Array.from({ length: count }, async () => (await generateSoftwareKey(spec)).privateKey));
}
