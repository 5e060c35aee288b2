import { base64Text, utf8Bytes } from '@securosys/core';
import type { CosignReport, CosignSignatureResult } from '@securosys/cosign';
import { digestOf, mediaTypes } from '@securosys/oci';
import { dsseEnvelopeType, layerAnnotations, simpleSigningType } from '../../src/constants.js';
import { bundleManifest } from '../../src/storage/attach-bundle.js';
import { putTag, type StoredJson, tagged, tagOf, type World } from '../storage/world.js';

/** Stores bytes as a bundle that refers to the image, whatever they are. */
export async function plantBundle({ repository, subject }: World, bundle: Uint8Array | string | object): Promise<void> {
  const bytes = bundle instanceof Uint8Array ? bundle : utf8Bytes(typeof bundle === 'string' ? bundle : JSON.stringify(bundle));
  await repository.pushBlob(bytes, 'application/octet-stream');
  await repository.attach(bundleManifest(bytes, 'https://example.com/x', subject, 0), mediaTypes.imageManifest, subject);
}

/** Adds a layer behind `.sig` or `.att`, whatever it holds. */
export async function plantLayer(
  w: World,
  suffix: '.sig' | '.att',
  content: Uint8Array,
  annotations: Readonly<Record<string, string>>,
  mediaType = suffix === '.sig' ? simpleSigningType : dsseEnvelopeType,
): Promise<void> {
  await w.repository.pushBlob(content, mediaType);
  const tag = tagOf(w.subject, suffix);
  const config = await w.repository.pushBlob(utf8Bytes('{}'), mediaTypes.imageConfig);
  const before: StoredJson = w.registry.tags.has(`app:${tag}`)
    ? tagged(w, tag)
    : { schemaVersion: 2, mediaType: mediaTypes.imageManifest, config, layers: [] };
  const layer = { mediaType, digest: digestOf(content), size: content.byteLength, annotations };
  putTag(w, tag, { ...before, layers: [...before.layers, layer] }, mediaTypes.imageManifest);
}

/** Adds a payload with a signature as a layer behind `.sig`. */
export function plantPayload(w: World, payload: Uint8Array, signature: Uint8Array, more: Readonly<Record<string, string>> = {}) {
  return plantLayer(w, '.sig', payload, { [layerAnnotations.signature]: base64Text(signature), ...more });
}

const codeOf = (result: CosignSignatureResult) => (result.status === 'good' ? 'good' : result.reason.code);

/** The verdict in short: `trusted`, or why not; and each signature with why it counts or not. */
export function short(
  report: CosignReport | { verdict: 'trusted' | 'not-trusted'; signatures: readonly CosignSignatureResult[] },
) {
  const verdict = 'reason' in report ? report.reason.code : report.verdict;
  return [verdict, ...report.signatures.map((result) => `${result.shape}: ${codeOf(result)}`)];
}
