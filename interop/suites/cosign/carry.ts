import { utf8Bytes } from '@securosys/core';
import { mediaTypes, type Oci } from '@securosys/oci';
import { carrySignatures } from '../../lib/images.js';
import type { Subject } from './calls.js';

/** A stored signature: the bytes of its layer, and what the layer's descriptor says about it. */
export interface Stored {
  readonly bytes: Uint8Array;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What somebody with write access to a registry makes of it. */
export type Change = (stored: Stored) => Stored;

/** The tag of what is signed (`cosign.md` §3.2, §5.3). */
export function tagOf(reference: string, kind: 'image' | 'attestation'): string {
  const digest = String(reference.split('@')[1]);
  return `${digest.replace(':', '-')}.${kind === 'image' ? 'sig' : 'att'}`;
}

interface Layer {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Record<string, string>;
}

async function carryTag(oci: Oci, from: string, to: string, kind: 'image' | 'attestation', change: Change): Promise<void> {
  const [source, target] = [oci.open(from), oci.open(to)];
  const { bytes } = await source.resolve(tagOf(from, kind));
  const manifest = JSON.parse(Buffer.from(bytes).toString()) as { config: Layer; layers: Layer[] };
  const config = await source.fetchBlob(manifest.config, { maxBytes: 1_000_000 });
  await target.pushBlob(config, manifest.config.mediaType);
  const layers: Layer[] = [];
  for (const layer of manifest.layers) {
    const stored = { bytes: await source.fetchBlob(layer, { maxBytes: 1_000_000 }), annotations: layer.annotations ?? {} };
    const changed = change(stored);
    layers.push({ ...(await target.pushBlob(changed.bytes, layer.mediaType)), annotations: { ...changed.annotations } });
  }
  await target.pushManifest(utf8Bytes(JSON.stringify({ ...manifest, layers })), mediaTypes.imageManifest, {
    tag: tagOf(to, kind),
  });
}

/** Brings the signatures of one image to another, changed or not. */
export async function carry(oci: Oci, from: Subject, to: string, change: Change = (stored) => stored): Promise<void> {
  if (from.kind === 'blob') throw new Error('a blob has no place in a registry');
  if (from.shape === 'legacy') return carryTag(oci, from.name, to, from.kind, change);
  return carrySignatures(oci, from.name, to, (bytes) => change({ bytes, annotations: {} }).bytes);
}
