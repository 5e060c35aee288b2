import {
  createMemoryStore,
  createSigner,
  type FormatKey,
  type KeyBackend,
  type KeyInfo,
  type PendingStore,
  SignError,
  type Signer,
} from '@securosys/core';
import { notationFormats } from './formats.js';
import { type ContractKey, contractKey } from './key-specs.js';
import type { NotationPlugin, PluginKeyContext } from './notation-plugin.js';

/** A key that is ready to sign for a host. */
export interface KeySession {
  readonly signer: Signer;
  readonly key: KeyInfo;
  readonly contract: ContractKey;
  /** DER, leaf first; not empty. */
  readonly chain: readonly Uint8Array[];
  readonly formatKey: FormatKey;
  readonly store: PendingStore;
}

/**
 * Finds the key and its certificates.
 * @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_CHAIN_INVALID` for a key without certificates, `ERR_STORE`
 */
export async function openKey(plugin: NotationPlugin, context: PluginKeyContext, backend: KeyBackend): Promise<KeySession> {
  const ref = plugin.keyRef(context);
  const call = context.signal ? { signal: context.signal } : {};
  const described = await backend.describeKey(ref, call);
  const contract = contractKey(described.spec);
  if (described.needsApproval !== false && !plugin.store)
    throw new SignError('ERR_STORE', 'this plugin has nowhere to remember requests, and the key needs approvals');
  const store = plugin.store?.(context) ?? createMemoryStore();
  const own = await plugin.chain?.(context, described);
  const guards = typeof plugin.guards === 'function' ? await plugin.guards(context) : plugin.guards;
  const signer = createSigner(backend, described.ref, {
    formats: notationFormats,
    store,
    ...(own && { chain: own }),
    ...(guards && { guards }),
    ...(plugin.clock && { clock: plugin.clock }),
  });
  const key = await signer.describe(call);
  const chain = await signer.chain(call);
  if (chain.length === 0)
    throw new SignError('ERR_CHAIN_INVALID', 'the key has no certificates', { details: { rule: 'chain-empty' } });
  const { spec, spki, assurance } = key;
  return { signer, key, contract, chain, store, formatKey: { spec, spki, chain, assurance } };
}
