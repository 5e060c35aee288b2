import { createDecrypter, type KeyBackend, SignError, sanitizeText } from '@securosys/core';
import { isSymmetricAlgorithm } from '../packets/packet-algorithms.js';
import { type AnyRecipientKey, packetWriter } from '../packets/provider-recipient.js';
import { backendSymmetricKey } from '../recipients/keys/symmetric-key.js';
import type { KeyProviderContext, KeyProviderPlugin, ProviderKey } from './key-provider.js';

/** The key that a name stands for. @throws SignError `ERR_KEY_NOT_FOUND` */
async function namedKey(plugin: KeyProviderPlugin, kid: string, context: KeyProviderContext): Promise<ProviderKey> {
  const key = await plugin.key(kid, context);
  if (!key) throw new SignError('ERR_KEY_NOT_FOUND', `this provider has no key '${sanitizeText(kid, 80)}'`);
  return key;
}

/** The public half of a key that is not at hand: the backend's word, held against the pin. */
async function describedSpki(
  plugin: KeyProviderPlugin,
  { ref }: ProviderKey,
  kid: string,
  { backend, call }: { backend: KeyBackend; call: { signal: AbortSignal } },
): Promise<Uint8Array> {
  if (ref.spkiSha256 === undefined && !plugin.allowUnpinned)
    throw new SignError(
      'ERR_INVALID_ARGUMENT',
      `nothing pins key '${sanitizeText(kid, 80)}': images would be encrypted to whatever the backend says it is`,
    );
  const { spki } = await createDecrypter(backend, ref).describe(call);
  return spki;
}

/** `keywrap`: one packet for all keys that the caller named (`ocicrypt.md` §7.4). */
export async function wrapKey(
  plugin: KeyProviderPlugin,
  context: KeyProviderContext & { readonly signal: AbortSignal },
  optsdata: Uint8Array,
  open: () => Promise<KeyBackend>,
): Promise<Uint8Array> {
  const { name } = plugin;
  const kids = context.parameters.length > 0 ? context.parameters : (plugin.defaultKeys?.(context) ?? []);
  if (kids.length === 0)
    throw new SignError(
      'ERR_INVALID_ARGUMENT',
      `no key is named: write provider:${name}:<key>, with '${name}' also in ocicrypt.conf`,
    );
  const call = { signal: context.signal };
  const recipients: AnyRecipientKey[] = [];
  for (const kid of kids) {
    const key = await namedKey(plugin, kid, context);
    if (isSymmetricAlgorithm(key.algorithm)) {
      const { allowUnpinned } = plugin;
      recipients.push({ kid, key: backendSymmetricKey(await open(), key.ref, { ...(allowUnpinned && { allowUnpinned }) }) });
      continue;
    }
    const spki = key.publicKey ?? (await describedSpki(plugin, key, kid, { backend: await open(), call }));
    recipients.push({ kid, spki, ...(key.algorithm && { algorithm: key.algorithm }) });
  }
  const writer = await packetWriter(recipients, call);
  try {
    return await writer.wrap(optsdata, {}, call);
  } finally {
    writer.close();
  }
}
