import { utf8Bytes } from '@securosys/core';
import type { Oci } from '@securosys/oci';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/**
 * Pushes a small image of its own under a tag.
 * @returns its digest reference, `host/repository@sha256:…`
 */
export async function pushImage(oci: Oci, reference: string, content = reference): Promise<string> {
  const repository = oci.open(reference);
  const config = await repository.pushBlob(
    utf8Bytes('{"architecture":"amd64","os":"linux"}'),
    'application/vnd.oci.image.config.v1+json',
  );
  const layer = await repository.pushBlob(utf8Bytes(content), 'application/vnd.oci.image.layer.v1.tar');
  const manifest = utf8Bytes(JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config, layers: [layer] }));
  const tag = reference.slice(reference.lastIndexOf(':') + 1);
  const { digest } = await repository.pushManifest(manifest, manifestType, { tag });
  return `${reference.slice(0, reference.lastIndexOf(':'))}@${digest}`;
}

/**
 * What somebody with write access to a registry can do: attach the signatures of one image to another, changed or not.
 * @param change gets the envelope's bytes
 */
export async function carrySignatures(
  oci: Oci,
  from: string,
  to: string,
  change: (envelope: Uint8Array) => Uint8Array = (envelope) => envelope,
): Promise<void> {
  const [source, target] = [oci.open(from), oci.open(to)];
  const { descriptor: subject } = await target.resolve();
  for await (const referrer of source.referrers((await source.resolve()).descriptor)) {
    const { bytes } = await source.fetchManifest(referrer);
    const manifest = JSON.parse(Buffer.from(bytes).toString());
    const [layer] = manifest.layers;
    const envelope = change(await source.fetchBlob(layer, { maxBytes: 1_000_000 }));
    await target.pushBlob(utf8Bytes('{}'), manifest.config.mediaType);
    const layers = [await target.pushBlob(envelope, layer.mediaType)];
    await target.attach(utf8Bytes(JSON.stringify({ ...manifest, layers, subject })), referrer.mediaType, subject);
  }
}
