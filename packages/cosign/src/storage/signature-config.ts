import { isJsonObject, type JsonObject, type JsonValue, utf8Bytes } from '@securosys/core';

/** The year 1 of Go: cosign leaves the time of every entry unset (`cosign.md` §3.3). */
const unset = '0001-01-01T00:00:00Z';
const fresh: JsonObject = { architecture: '', created: unset, history: [], os: '', rootfs: {}, config: {} };

/**
 * The config of a `.sig` or `.att` manifest, in the form that cosign writes and appends to: one entry of `history` and of `diff_ids` for each
 * layer; layers are not compressed, so a diff id is the layer's digest. Other members of an existing config stay.
 * @param digests of all layers
 */
export function signatureConfig(digests: readonly string[], existing: JsonObject = fresh): Uint8Array<ArrayBuffer> {
  const known: readonly JsonValue[] = Array.isArray(existing.history) ? existing.history : [];
  const history = digests.map((_, number) => {
    const entry = known[number];
    return isJsonObject(entry) ? entry : { created: unset };
  });
  return utf8Bytes(JSON.stringify({ ...existing, history, rootfs: { type: 'layers', diff_ids: digests } }));
}
