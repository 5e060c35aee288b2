import { gunzipSync } from 'node:zlib';
import { createOci } from '@securosys/oci';

/** What somebody sees who has the image and no key: the first layer, unpacked by whatever it claims to be. */
export async function lookIntoLayer(reference: string): Promise<string> {
  const repository = createOci().open(reference);
  const { manifest } = await repository.resolve();
  const layer = manifest.kind === 'manifest' ? manifest.layers[0] : undefined;
  if (!layer) throw new Error('an image with a layer was expected');
  const bytes = await repository.fetchBlob(layer, { maxBytes: 64 * 1024 * 1024 });
  try {
    const files = gunzipSync(bytes);
    return `readable: ${layer.mediaType}, ${files.byteLength} bytes of files`;
  } catch {
    return `unreadable: ${layer.mediaType}, ${bytes.byteLength} bytes that are no gzip`;
  }
}
