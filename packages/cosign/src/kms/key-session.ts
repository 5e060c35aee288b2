import {
  createMemoryStore,
  createSigner,
  type KeyBackend,
  type KeyInfo,
  type PendingStore,
  SignError,
  type Signer,
} from '@securosys/core';
import { kmsFormats } from './formats.js';
import type { CosignKmsContext, CosignKmsKeySettings, CosignKmsPlugin } from './plugin.js';

/** A key that is ready to sign for cosign. */
export interface KmsKey {
  readonly signer: Signer;
  readonly key: KeyInfo;
  readonly store: PendingStore;
}

/** @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_KEY_CHANGED`, `ERR_STORE` */
export async function openKey(
  plugin: CosignKmsPlugin,
  context: CosignKmsContext,
  backend: KeyBackend,
  { allowBlind, allowOpaque }: CosignKmsKeySettings,
): Promise<KmsKey> {
  const { clock } = plugin;
  const guards = typeof plugin.guards === 'function' ? await plugin.guards(context) : plugin.guards;
  const own = await plugin.store?.(context);
  const store = own ?? createMemoryStore();
  const signer = createSigner(backend, await plugin.keyRef(context), {
    formats: kmsFormats,
    store,
    ...(allowBlind && { allowBlind }),
    ...(allowOpaque && { allowOpaque }),
    ...(guards && { guards }),
    ...(clock && { clock }),
  });
  const key = await signer.describe(context.signal ? { signal: context.signal } : {});
  await plugin.checkKey?.(context, key);
  if (key.needsApproval !== false && !own)
    throw new SignError('ERR_STORE', 'this plugin has nowhere to remember requests, and the key needs approvals');
  return { signer, key, store };
}
