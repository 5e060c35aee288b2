import { SignError, withBackend } from '@securosys/core';
import { specOfAlgorithm } from './algorithms.js';
import type { CosignKmsResponse } from './contract.js';
import type { CosignKmsContext, CosignKmsPlugin } from './plugin.js';
import { publicKeyPem } from './public-key.js';
import type { KmsCall } from './read-call.js';

/** `createKey` (`cosign.md` §11.2). Only for plugins that were told by name to make keys (S8). */
export async function answerCreateKey(
  plugin: CosignKmsPlugin,
  context: CosignKmsContext,
  { algorithm }: KmsCall,
): Promise<CosignKmsResponse> {
  const spec = specOfAlgorithm(algorithm);
  if (!plugin.createKey)
    throw new SignError(
      'ERR_CAPABILITY_MISSING',
      'this plugin makes no keys: nobody has allowed it, or decided who approves their use',
    );
  const key = await withBackend(plugin.open(context), async (backend) => plugin.createKey?.(context, { spec }, backend));
  if (key?.spec !== spec) throw new SignError('ERR_PROTOCOL', 'the key that was made is not of the kind that was asked for');
  return { createKey: { publicKeyPEM: publicKeyPem(key.spki) } };
}
