import { type CallOptions, type Descriptor, nodeCrypto, SignError, wipe } from '@securosys/core';
import { type LayoutBlobs, layoutBlobs, type Repository } from '@securosys/oci';
import { checkPass } from '../cipher/decrypt-layer.js';
import type { EncryptedLayer } from '../cipher/encrypt-layer.js';
import {
  decodePrivateOptions,
  decodePublicOptions,
  encodePrivateOptions,
  encodePublicOptions,
  keyBytes,
  nonceBytes,
} from '../cipher/layer-options.js';
import type { DecryptPlan } from '../image/layer-blobs.js';
import { openDirect } from './direct-file.js';
import { errorOf, type PassPlan, type PassThreads, startPassThreads } from './pass-threads.js';
import { writeBehind } from './write-behind.js';

/** Layers of fewer bytes are done before threads have started. */
const worthThreads = 8 * 1024 * 1024;

/** Layers from layout to layout: threads read, work and write, and the event loop stays free. */
export interface LayerFiles {
  encrypt(layer: Descriptor, call: CallOptions, onProgress?: (bytes: number) => void): Promise<EncryptedLayer>;
  decrypt(
    layer: Descriptor,
    plan: DecryptPlan,
    call: CallOptions,
    onProgress?: (bytes: number) => void,
  ): Promise<{ digest: string; size: number }>;
  /** Whether a layer is better done here than piece by piece. */
  takes(layer: Descriptor): boolean;
  close(): Promise<void>;
}

type Pass = Omit<PassPlan, 'source' | 'target' | 'direct' | 'secret' | 'size'>;

/**
 * Two threads with about as much to do each, and one that writes. The second one hashes what the first one made of the bytes, while one of the system's
 * unpacks that.
 */
const encryption: Pass = { stages: [['read', 'plain', 'crypt'], ['mac', 'cipher'], ['write']] };
const decryption: Pass['stages'] = [['read', 'cipher', 'mac', 'crypt'], ['plain'], ['write']];
const unpacking: Pass['stages'] = [['read', 'cipher', 'mac', 'crypt'], ['unpack'], ['plain', 'write']];

/** Runs `work` until the caller's deadline. */
async function inTime<T>({ signal, timeoutMs }: CallOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController();
  const reason = () => new SignError('ERR_TIMEOUT', 'a layer took longer than it may');
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => late.abort(reason()), Math.min(timeoutMs, 2 ** 31 - 1));
  try {
    return await work(signal ? AbortSignal.any([signal, late.signal]) : late.signal);
  } finally {
    clearTimeout(timer);
  }
}

const mismatch = (why: string, check: string) => new SignError('ERR_DIGEST_MISMATCH', why, { details: { check } });

/** Key and nonce where threads can see them; whoever made it wipes it. */
function secretOf(key: Uint8Array, nonce: Uint8Array): SharedArrayBuffer {
  const secret = new SharedArrayBuffer(keyBytes + nonceBytes);
  new Uint8Array(secret).set(key);
  new Uint8Array(secret).set(nonce, keyBytes);
  return secret;
}

class Files implements LayerFiles {
  #threads: Promise<PassThreads> | undefined;

  constructor(
    readonly from: LayoutBlobs,
    readonly to: LayoutBlobs,
  ) {}

  takes({ digest, size }: Descriptor): boolean {
    return size >= worthThreads && digest.startsWith('sha256:');
  }

  async #pass(
    layer: Descriptor,
    pass: Pass,
    [key, nonce]: readonly [Uint8Array, Uint8Array],
    call: CallOptions,
    onProgress: ((bytes: number) => void) | undefined,
    digestOf: (facts: Awaited<ReturnType<PassThreads['run']>>) => string,
  ): Promise<void> {
    this.#threads ??= startPassThreads(encryption.stages.length);
    const threads = await this.#threads;
    const secret = secretOf(key, nonce);
    try {
      await inTime(call, (signal) =>
        this.to.write((target) =>
          this.from.read(layer, async (source) => {
            const direct = await openDirect(target);
            const plan = { ...pass, size: layer.size, source: source.fd, target: target.fd, direct: direct?.fd, secret };
            const disk = direct ? undefined : writeBehind(target);
            const wrote = (bytes: number) => {
              disk?.wrote(bytes);
              onProgress?.(bytes);
            };
            try {
              const digest = digestOf(await threads.run(plan, signal, wrote).finally(disk?.settle));
              onProgress?.(layer.size);
              return digest;
            } finally {
              await direct?.close();
            }
          }),
        ),
      );
    } finally {
      new Uint8Array(secret).fill(0);
    }
  }

  async encrypt(layer: Descriptor, call: CallOptions, onProgress?: (bytes: number) => void): Promise<EncryptedLayer> {
    const { randomFillSync } = nodeCrypto();
    const key = randomFillSync(new Uint8Array(keyBytes));
    const nonce = randomFillSync(new Uint8Array(nonceBytes));
    let result: EncryptedLayer | undefined;
    try {
      await this.#pass(layer, encryption, [key, nonce], call, onProgress, ({ plainDigest = '', cipherDigest = '', mac }) => {
        const { digest, size } = layer;
        if (plainDigest !== digest) throw mismatch(`the blob in the image layout is ${plainDigest}, not ${digest}`, 'digest');
        const publicOptions = encodePublicOptions({ hmac: mac ?? new Uint8Array() });
        const privateOptions = encodePrivateOptions({ key, nonce, digest });
        result = { digest: cipherDigest, size, plainDigest, publicOptions, privateOptions };
        return cipherDigest;
      });
      return result as unknown as EncryptedLayer;
    } catch (error) {
      if (result) wipe(result.privateOptions);
      throw error;
    } finally {
      wipe(key);
    }
  }

  async decrypt(
    layer: Descriptor,
    { privateOptions, publicOptions, unpacked }: DecryptPlan,
    call: CallOptions,
    onProgress?: (bytes: number) => void,
  ): Promise<{ digest: string; size: number }> {
    const { hmac } = decodePublicOptions(publicOptions);
    const { key, nonce } = decodePrivateOptions(privateOptions);
    // What is not compressed is what its config says, so its digest serves both.
    const same = unpacked?.compression === 'none' && unpacked.diffId.startsWith('sha256:');
    const pass = unpacked && !same ? { stages: unpacking, unpacked } : { stages: decryption };
    let digest = '';
    try {
      await this.#pass(
        layer,
        pass,
        [key, nonce],
        call,
        onProgress,
        ({ plainDigest = '', cipherDigest = '', mac, unpackFailure }) => {
          checkPass({ mac: mac ?? new Uint8Array(), cipherDigest, size: layer.size }, hmac, layer);
          if (unpackFailure) throw errorOf(unpackFailure);
          if (same && plainDigest !== unpacked.diffId)
            throw mismatch(`a decrypted layer is ${plainDigest}, and the config says ${unpacked.diffId}`, 'diff_id');
          digest = plainDigest;
          return plainDigest;
        },
      );
      return { digest, size: layer.size };
    } finally {
      wipe(key);
    }
  }

  async close(): Promise<void> {
    const threads = await this.#threads;
    await threads?.close();
  }
}

/** Threads for an image that goes from one layout to another; `undefined` for registries. No thread is started before it has work. */
export function layerFiles(source: Repository, target: Repository): LayerFiles | undefined {
  const [from, to] = [layoutBlobs(source), layoutBlobs(target)];
  return from && to && new Files(from, to);
}
