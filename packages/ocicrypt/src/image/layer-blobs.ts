import { type CallOptions, type Descriptor, SignError, wipe } from '@securosys/core';
import type { Repository } from '@securosys/oci';
import { decryptLayer } from '../cipher/decrypt-layer.js';
import { type EncryptedLayer, encryptLayer, type LayerEncryption } from '../cipher/encrypt-layer.js';
import type { LayerFiles } from '../threads/layer-files.js';
import { layerCall } from './content.js';
import { startDiffIdCheck } from './diff-id.js';

/** Where the blob of a layer comes from and goes to. */
export interface LayerRoute {
  readonly source: Repository;
  readonly target: Repository;
  /** Type of the blob in the target. */
  readonly mediaType: string;
  readonly call: CallOptions;
  /** For large layers between layouts. */
  readonly files: LayerFiles | undefined;
  readonly onProgress?: (bytes: number) => void;
}

/** What a decrypted layer needs to be: its keys are right, and it unpacks to what the config says. */
export interface DecryptPlan {
  readonly privateOptions: Uint8Array;
  readonly publicOptions: Uint8Array;
  readonly unpacked?: { readonly diffId: string; readonly compression: 'gzip' | 'zstd' | 'none'; readonly maxBytes: number };
}

function sameBlob(stored: Pick<Descriptor, 'digest'>, digest: string): void {
  if (stored.digest !== digest)
    throw new SignError('ERR_DIGEST_MISMATCH', `the target stored ${stored.digest} where ${digest} was sent`);
}

/** Stores a layer encrypted. An upload that has to begin again begins with another key, as two plaintexts may never share one. */
export async function encryptBlob(route: LayerRoute, layer: Descriptor): Promise<EncryptedLayer> {
  const { source, target, mediaType, files, onProgress } = route;
  const call = layerCall(route.call);
  if (files?.takes(layer)) return files.encrypt(layer, call, onProgress);
  let running: LayerEncryption | undefined;
  let wiped = true;
  const drop = () => {
    if (!wiped && running) wipe(running.result().privateOptions);
    wiped = true;
  };
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    drop();
    const attempt = encryptLayer(source.fetchBlobStream(layer, call), onProgress ? { onProgress } : {});
    running = attempt;
    yield* attempt.pieces;
    wiped = false;
  }
  try {
    const stored = await target.pushBlobStream(pieces, mediaType, { ...call, size: layer.size });
    if (wiped || !running) throw new SignError('ERR_PROTOCOL', 'the target did not take the layer to its end');
    const result = running.result();
    sameBlob(stored, result.digest);
    return result;
  } catch (error) {
    drop();
    throw error;
  }
}

/** Stores a layer decrypted. Nothing of it is visible in the target before MAC, digest and `diff_id` held. */
export async function decryptBlob(
  route: LayerRoute,
  layer: Descriptor,
  plan: DecryptPlan,
): Promise<{ digest: string; size: number }> {
  const { source, target, mediaType, files, onProgress } = route;
  const call = layerCall(route.call);
  if (files?.takes(layer)) return files.decrypt(layer, plan, call, onProgress);
  const { privateOptions, publicOptions, unpacked } = plan;
  const { digest, size } = layer;
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    const check = unpacked && (await startDiffIdCheck(unpacked.compression, unpacked.diffId, unpacked.maxBytes));
    try {
      const options = { privateOptions, publicOptions, expected: { digest, size }, ...(onProgress && { onProgress }) };
      for await (const piece of decryptLayer(source.fetchBlobStream(layer, call), options).pieces) {
        await check?.write(piece);
        yield piece;
      }
      await check?.finish();
    } finally {
      check?.close();
    }
  }
  return target.pushBlobStream(pieces, mediaType, { ...call, size });
}
