import {
  type DecrypterOptions,
  type KeyBackend,
  parseJsonObject,
  SignError,
  sanitizeText,
  sha256Hex,
  systemClock,
} from '@securosys/core';
import { decodePacket } from '../packets/packet.js';
import { isSymmetricAlgorithm } from '../packets/packet-algorithms.js';
import { type OpenerKey, packetReader } from '../packets/provider-opener.js';
import { providerScheme } from '../recipients/annotations.js';
import { backendPrivateKey } from '../recipients/keys/backend-key.js';
import { openingKey } from '../recipients/keys/opening-key.js';
import type { PrivateKey } from '../recipients/keys/private-key.js';
import { backendSymmetricKey } from '../recipients/keys/symmetric-key.js';
import type { KeyProviderContext, KeyProviderPlugin, ProviderKey } from './key-provider.js';
import type { KeyPool } from './resident-keys.js';

interface Served {
  readonly kid: string;
  readonly known: ProviderKey;
}

/** Keys of the packet that this provider serves; those that the caller named come first. */
async function servedKeys(plugin: KeyProviderPlugin, context: KeyProviderContext, kids: readonly string[]): Promise<Served[]> {
  const named = (kid: string) => context.parameters.includes(kid);
  const served: Served[] = [];
  for (const kid of [...kids.filter(named), ...kids.filter((kid) => !named(kid))]) {
    const known = await plugin.key(kid, context);
    if (known) served.push({ kid, known });
  }
  if (served.length > 0) return served;
  const names = kids.map((kid) => `'${sanitizeText(kid, 80)}'`).join(', ');
  throw new SignError('ERR_KEY_NOT_FOUND', `the packet is for ${names}, and this provider has no key of that name`);
}

/** A key that asks people needs a place where the request is remembered: else each run would ask them anew. */
function withMemory(key: PrivateKey, remembers: boolean): PrivateKey {
  return {
    ...key,
    async publicHalf(options) {
      const half = await key.publicHalf(options);
      if (half.needsApproval !== false && !remembers)
        throw new SignError('ERR_STORE', 'this provider has nowhere to remember requests, and the key needs approvals');
      return half;
    },
  };
}

function keyBehind(backend: KeyBackend, { ref, algorithm }: ProviderKey, options: DecrypterOptions): PrivateKey {
  if (!isSymmetricAlgorithm(algorithm)) return backendPrivateKey(backend, ref, options);
  const { allowPkcs1: _, ...others } = options;
  return openingKey(backendSymmetricKey(backend, ref, others));
}

/** What the private options say of the layer; they are given back as they are, whatever they say. */
function layerDigest(optsdata: Uint8Array): string | undefined {
  try {
    const options = parseJsonObject(optsdata, { what: 'private options', maxBytes: 64 * 1024 });
    return typeof options.digest === 'string' ? sanitizeText(options.digest, 200) : undefined;
  } catch {
    return undefined; // another writer's options are none of the provider's business
  }
}

/** What a call unwraps with. */
export interface UnwrapMeans {
  readonly open: () => Promise<KeyBackend>;
  readonly timeoutMs: number;
  readonly pool: KeyPool;
}

/** `keyunwrap`: opens a packet with a key of the allow-list, which may have to wait for people. */
export async function unwrapKey(
  plugin: KeyProviderPlugin,
  context: KeyProviderContext & { readonly signal: AbortSignal },
  packet: Uint8Array,
  { open, timeoutMs, pool }: UnwrapMeans,
): Promise<Uint8Array> {
  const kids = decodePacket(packet).kek.map(({ kid }) => kid);
  const served = await servedKeys(plugin, context, kids);
  const guards = typeof plugin.guards === 'function' ? await plugin.guards(context) : plugin.guards;
  const backend = await open();
  const store = plugin.store?.(context);
  const { allowPkcs1, clock = systemClock } = plugin;
  const options = { clock, ...(guards && { guards }), ...(store && { store }), ...(allowPkcs1 && { allowPkcs1 }) };
  const keys = served.map(
    ({ kid, known }): OpenerKey => ({
      kid,
      key: pool(kid, known, () => withMemory(keyBehind(backend, known, options), store !== undefined)),
      ...(known.algorithm && { algorithm: known.algorithm }),
    }),
  );
  const claims = await plugin.claims?.(context);
  const reader = packetReader(providerScheme(plugin.name), keys, claims ? { claims } : {});
  try {
    const optsdata = await reader.unwrap(packet, {}, { signal: context.signal, timeoutMs });
    if (!optsdata) throw new SignError('ERR_KEY_NOT_FOUND', 'no key of this provider opens the packet');
    const digest = layerDigest(optsdata);
    const use = { packetSha256: sha256Hex(packet), kids, at: clock.now(), ...(digest !== undefined && { layerDigest: digest }) };
    await plugin.audit?.({ operation: 'keyunwrap', ...use }, context);
    return optsdata;
  } finally {
    await reader.close();
  }
}
