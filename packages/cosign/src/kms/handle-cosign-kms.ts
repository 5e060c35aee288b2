import { systemClock, withTimeLimit } from '@securosys/core';
import { defaultKmsAlgorithm, kmsAlgorithms } from './algorithms.js';
import type { CosignKmsResponse } from './contract.js';
import { kmsTimes } from './deadline.js';
import { errorText } from './error-text.js';
import type { CosignKmsContext, CosignKmsPlugin } from './plugin.js';
import { answerPublicKey } from './public-key.js';
import { type KmsCall, readKmsCall } from './read-call.js';

/** One start of a plugin. */
export interface CosignKmsCall {
  /** Arguments after the program's own name: the version of the protocol, and one JSON document. */
  readonly argv: readonly string[];
  /** The message of `signMessage` and `verifySignature`; empty for the others. */
  readonly stdin: Uint8Array;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when nobody waits for the answer any more. Requests that people decide on stay. */
  readonly signal?: AbortSignal;
}

/** What the process has to write, and its exit code. */
export interface CosignKmsAnswer {
  /** One JSON document and nothing else: cosign reads no exit code, so errors stand here too (`cosign.md` §11.4). */
  readonly stdout: string;
  /** Always empty: what people are told while they wait is the plugin's own affair. */
  readonly stderr: string;
  readonly exitCode: 0 | 1;
}

/** Most starts ask for the public key: what only the others need is loaded by them. */
async function keyMethod(
  plugin: CosignKmsPlugin,
  outer: CosignKmsContext,
  call: KmsCall,
  stdin: Uint8Array,
): Promise<CosignKmsResponse> {
  const now = (plugin.clock ?? systemClock).now();
  const settings = (await plugin.settings?.(outer)) ?? {};
  const times = kmsTimes(now, call, settings);
  const message = "the key's backend has not answered in time";
  return withTimeLimit({ ms: times.endsAt - now, message, signal: outer.signal }, async (signal) => {
    const context = { ...outer, signal };
    switch (call.method) {
      case 'signMessage': {
        const { answerSignMessage } = await import('./sign-message.js');
        return answerSignMessage({ plugin, context, call, settings, times }, stdin);
      }
      case 'verifySignature': {
        const { answerVerifySignature } = await import('./verify-signature.js');
        return answerVerifySignature(plugin, context, { call, settings }, stdin);
      }
      case 'createKey': {
        const { answerCreateKey } = await import('./create-key.js');
        return answerCreateKey(plugin, context, call);
      }
      default:
        return answerPublicKey(plugin, context);
    }
  });
}

async function answerTo({ argv, stdin, env, signal }: CosignKmsCall, plugin: CosignKmsPlugin): Promise<CosignKmsResponse> {
  const call = readKmsCall(argv);
  const { method, keyResourceId } = call;
  if (method === 'defaultAlgorithm') return { defaultAlgorithm: { defaultAlgorithm: defaultKmsAlgorithm } };
  if (method === 'supportedAlgorithms') return { supportedAlgorithms: { supportedAlgorithms: kmsAlgorithms } };
  return keyMethod(plugin, { method, keyResourceId, env, ...(signal && { signal }) }, call, stdin);
}

/**
 * Answers one call of cosign's KMS plugin protocol (`cosign.md` §11) with a key backend behind it. Pure but for what the plugin itself
 * does, and never throws: errors become the protocol's error message. What is signed is looked at first: payloads of image signatures
 * and attestations are signed, blobs and bare digests only where the plugin's settings allow them by name, messages of other formats never.
 *
 * @example
 * ```ts
 * import { createMemoryBackend } from '@securosys/core/memory';
 * import { type CosignKmsPlugin, handleCosignKms } from '@securosys/cosign';
 *
 * const backend = createMemoryBackend();
 * await backend.createKey({ label: 'release', spec: 'ec-p256' });
 * const plugin: CosignKmsPlugin = {
 *   name: 'example',
 *   version: '1.0.0',
 *   open: () => backend,
 *   keyRef: ({ keyResourceId }) => ({ label: keyResourceId }),
 * };
 * const initOptions = { protocolVersion: 'v1', keyResourceID: 'release', hashFunc: 5, rpcOptions: {} };
 * const argv = ['v1', JSON.stringify({ initOptions, methodName: 'publicKey', publicKey: { publicKeyOptions: {} } })];
 * const { stdout, exitCode } = await handleCosignKms({ argv, stdin: new Uint8Array(), env: {} }, plugin);
 * ```
 */
export async function handleCosignKms(call: CosignKmsCall, plugin: CosignKmsPlugin): Promise<CosignKmsAnswer> {
  try {
    return { stdout: JSON.stringify(await answerTo(call, plugin)), stderr: '', exitCode: 0 };
  } catch (error) {
    return { stdout: JSON.stringify({ errorMessage: errorText(error) }), stderr: '', exitCode: 1 };
  }
}
