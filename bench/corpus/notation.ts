import type { KeyObject } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSigner, type Descriptor, type KeySpec, type Signer, sha256Hex, utf8Bytes } from '@securosys/core';
import { createMemoryBackend, generateSoftwareKey } from '@securosys/core/memory';
import { notationCose, notationJws } from '@securosys/notation-envelope';
import { pemText } from '@securosys/pki';
import { createAuthority } from './certificates.js';
import { distinctRsaKeys } from './rsa-keys.js';

/** What both sides verify and sign with. */
export interface NotationCorpus {
  /** For the peer: `*.jws` and `*.cose`, and `key.pem` with `chain.pem` to sign with. */
  readonly folder: string;
  readonly root: Uint8Array;
  readonly envelopes: Readonly<Record<EnvelopeFormat, readonly Envelope[]>>;
  /** The key of `key.pem` and its chain in a memory backend. */
  readonly signer: Signer;
}

/** An envelope and what it is about. */
export interface Envelope {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly subject: Descriptor;
}

const formats = { jws: notationJws, cose: notationCose } as const;

/** Envelopes of the Notary Project. */
export type EnvelopeFormat = keyof typeof formats;
export const envelopeFormats = Object.keys(formats) as readonly EnvelopeFormat[];

/** The descriptor of an image that nobody has; every index gives another one. */
export function subjectOf(index: number): Descriptor {
  const digest = `sha256:${sha256Hex(utf8Bytes(`image ${index}`))}`;
  return { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 1000 + index };
}

/** Signs as a caller of the SDK does. */
export async function signSubject(signer: Signer, subject: Descriptor, format: EnvelopeFormat = 'jws'): Promise<Envelope> {
  const { spec, spki } = await signer.describe();
  const prepared = formats[format].prepare(subject, { spec, spki, chain: await signer.chain() });
  const signatures: Record<string, Uint8Array> = {};
  for (const { id, algorithm, input, domain, facts } of prepared.parts)
    signatures[id] = await signer.sign({ algorithm, input, domain, facts });
  const { envelope, mediaType } = prepared.assemble(signatures);
  return { bytes: envelope, mediaType, subject };
}

/** How many envelopes of how many signers. */
export interface CorpusSize {
  readonly signers: number;
  readonly envelopesOfEach: number;
}

/** Envelopes of each format, with a payload each; every signer has a key and a certificate of its own, and all certificates are of one root. */
export async function notationCorpus(spec: KeySpec, size: CorpusSize, folder: string): Promise<NotationCorpus> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const authority = await createAuthority(spec, Date.now());
  const backend = createMemoryBackend();
  const signerFor = async (label: string, privateKey: KeyObject): Promise<Signer> => {
    const { spki } = backend.addKey({ label, privateKey });
    backend.setCertificates(label, [await authority.issue(label, spki), authority.root]);
    return createSigner(backend, { label });
  };
  const keys = await distinctKeys(spec, size.signers + 1);
  const signers = await Promise.all(keys.map((key, index) => signerFor(`signer-${index}`, key)));
  const signer = signers.pop() as Signer;
  const envelopes: Record<EnvelopeFormat, Envelope[]> = { jws: [], cose: [] };
  for (let index = 0; index < size.signers * size.envelopesOfEach; index++)
    for (const format of envelopeFormats) {
      const envelope = await signSubject(signers[index % signers.length] as Signer, subjectOf(index), format);
      envelopes[format].push(envelope);
      await writeFile(join(folder, `${String(index).padStart(4, '0')}.${format}`), envelope.bytes);
    }
  const key = keys.at(-1) as KeyObject;
  await writeFile(join(folder, 'key.pem'), key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await writeFile(join(folder, 'chain.pem'), (await signer.chain()).map((der) => pemText(der, 'CERTIFICATE')).join(''));
  return { folder, root: authority.root, envelopes, signer };
}

async function distinctKeys(spec: KeySpec, count: number): Promise<KeyObject[]> {
  if (spec.startsWith('rsa-')) return distinctRsaKeys(Number(spec.slice(4)), count);
  return Promise.all(Array.from({ length: count }, async () => (await generateSoftwareKey(spec)).privateKey));
}
