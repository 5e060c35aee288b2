import { createSigner, type KeySpec, sha256Hex, utf8Bytes } from '@securosys/core';
import { createMemoryBackend, generateSoftwareKey } from '@securosys/core/memory';
import { type CosignTrust, cosignImage, cosignTrust, writeBundle } from '@securosys/cosign';

/** What both sides verify. */
export interface Corpus {
  /** SubjectPublicKeyInfo of the one key, DER. */
  readonly spki: Uint8Array;
  readonly trust: CosignTrust;
  readonly bundles: readonly BundleOfImage[];
}

/** A bundle as a registry holds it, and the digest of the image that it is about. */
export interface BundleOfImage {
  readonly bytes: Uint8Array;
  readonly digest: string;
}

/** Bundles of so many images, signed by one software key as any caller does it. */
export async function bundleCorpus(spec: KeySpec, count: number): Promise<Corpus> {
  const backend = createMemoryBackend();
  const { spki } = backend.addKey({ label: 'release', privateKey: (await generateSoftwareKey(spec)).privateKey });
  const signer = createSigner(backend, { label: 'release' });
  const bundles: BundleOfImage[] = [];
  for (let index = 0; index < count; index++) {
    const digest = `sha256:${sha256Hex(utf8Bytes(`image ${index}`))}`;
    const image = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 1000 + index };
    const prepared = cosignImage.prepare(
      image,
      { spec, spki, chain: [] },
      { shapes: ['bundle'], annotations: { build: String(index) } },
    );
    const signatures: Record<string, Uint8Array> = {};
    for (const { id, ...part } of prepared.parts) signatures[id] = await signer.sign(part);
    const { bundle } = prepared.assemble(signatures);
    if (!bundle) throw new Error('there is no bundle');
    bundles.push({ bytes: writeBundle(bundle), digest });
  }
  return { spki, trust: cosignTrust({ keys: [{ publicKey: spki }] }), bundles };
}
