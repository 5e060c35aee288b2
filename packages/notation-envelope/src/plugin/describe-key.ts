import type { JsonObject, KeyBackend, KeyInfo } from '@securosys/core';
import { SignError, withBackend } from '@securosys/core';
import type { DescribeKeyResponse } from './contract.js';
import { contractKey } from './key-specs.js';
import type { NotationPlugin, PluginKeyContext } from './notation-plugin.js';

async function describe(plugin: NotationPlugin, context: PluginKeyContext, backend: KeyBackend): Promise<KeyInfo> {
  const ref = plugin.keyRef(context);
  const call = context.signal ? { signal: context.signal } : {};
  try {
    return await backend.describeKey(ref, call);
  } catch (error) {
    const missing = SignError.is(error, 'ERR_KEY_NOT_FOUND');
    if (!missing || !(await plugin.createMissingKey?.(context, backend))) throw error;
    return backend.describeKey(ref, call);
  }
}

/** `describe-key` (`notation.md` §17.2). Never makes a key unless the plugin was told to, by name (S8). */
export async function describeKey(
  plugin: NotationPlugin,
  context: PluginKeyContext,
  _request: JsonObject,
): Promise<DescribeKeyResponse> {
  const { spec } = await withBackend(plugin.open(context), (backend) => describe(plugin, context, backend));
  return { keyId: context.keyId, keySpec: contractKey(spec).keySpec };
}
