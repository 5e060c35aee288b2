import {
  canonicalJson,
  equalBytes,
  hexBytes,
  invalidArgument,
  isJsonObject,
  type JsonObject,
  nodeCrypto,
  ownBytes,
  parseJsonObject,
  SignError,
  sha256Hex,
  utf8Bytes,
} from '@securosys/core';
import type { ApplicationKey } from '@securosys/tsb-client';
import { hasOnly, isText } from '../formats/members.js';
import { assertRequester, signedContents } from './file-signature.js';
import type { FiledOutline } from './request-register.js';
import type { SigningRequest } from './request-types.js';
import { isTime, mostItems, outlineId, readOutline } from './stored-request.js';

/** Most bytes of a request file. */
const maxFileBytes = 64 << 20;
const names = ['version', 'kind', 'id', 'nonce', 'createdAt', 'publish', 'expiresAt', 'again', 'items', 'signature'];

/**
 * A signing request as a file, to be taken up elsewhere by `resumeSigningRequest`: canonical JSON (RFC 8785) in UTF-8. It holds the bytes to
 * be signed, and no secrets; write it with mode 0600. Who takes it up believes nothing in it, unless a key that is pinned there vouches for it.
 * @param key signs the file, so that it can be told from one that somebody altered
 * @throws SignError what the key throws
 */
export async function requestFile(request: SigningRequest, key?: ApplicationKey): Promise<Uint8Array> {
  if (typeof request?.toJSON !== 'function') invalidArgument('requestFile needs a signing request');
  const contents = request.toJSON();
  return ownBytes(utf8Bytes(canonicalJson(key ? await signedContents(contents, key) : contents)));
}

/** What a request file says, after all that can be told from it alone. */
export interface ReadRequestFile {
  readonly id: string;
  readonly outline: FiledOutline;
  /** Records of the items, by their ids. */
  readonly items: ReadonlyMap<string, JsonObject>;
  /** Somebody who is pinned here vouches for all of it. */
  readonly isVouchedFor: boolean;
}

/** Who is believed about a request file. */
export interface FileTrust {
  readonly requester?: Uint8Array | readonly Uint8Array[];
  readonly fileSha256?: string;
}

function altered(why: string): never {
  throw new SignError('ERR_MALFORMED', `this is no request file, or it was altered: ${why}`);
}

/** Id of an item by what its record says that it is about. */
function itemIdOf(record: JsonObject): string {
  const { kind, identity } = record;
  if (!isJsonObject(identity)) return altered('an item is about nothing');
  // How far a request has come is no matter of a file.
  if (!hasOnly(record, ['version', 'kind', 'identity', 'claims', 'nonce', 'prepared']))
    return altered('an item has a member too many');
  return sha256Hex(utf8Bytes(canonicalJson(kind === 'decrypt-request' ? { kind: 'decrypt', ...identity } : identity)));
}

/**
 * Reads a request file that anybody may have altered (S30).
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`; `ERR_CAPABILITY_MISSING` for a newer version; `ERR_DIGEST_MISMATCH`, `ERR_NOT_TRUSTED`,
 * `ERR_SIGNATURE_MISMATCH`
 */
export function readRequestFile(bytes: Uint8Array, { requester, fileSha256 }: FileTrust): ReadRequestFile {
  const own = ownBytes(bytes);
  if (fileSha256 !== undefined) assertPinned(own, fileSha256);
  const json = parseJsonObject(own, { what: 'request file', maxBytes: maxFileBytes, maxValues: 2_000_000 });
  const { version, kind, id, nonce, createdAt, items, signature } = json;
  if (kind !== 'signing-request-file') altered('it is of another kind');
  if (Number.isSafeInteger(version) && (version as number) > 1)
    throw new SignError('ERR_CAPABILITY_MISSING', `this request file has version ${version}: a newer release wrote it`);
  if (version !== 1 || !hasOnly(json, names)) altered('it has a member too many, or no version');
  const { signature: _, ...contents } = json;
  if (requester !== undefined) assertRequester(contents, signature, requester instanceof Uint8Array ? [requester] : requester);
  if (!Array.isArray(items) || items.length === 0 || items.length > mostItems || !items.every(isJsonObject))
    return altered('it has no items, or too many');
  const records = new Map(items.map((record) => [itemIdOf(record), record]));
  const outline = readOutline({ ...contents, items: [...records.keys()] });
  if (!outline || !isText(nonce) || !/^[0-9a-f]{32}$/.test(nonce) || !isTime(createdAt) || records.size < items.length)
    return altered('a member has the wrong type');
  if (outlineId(outline) !== id) altered('its id is not that of its contents');
  return {
    id,
    outline: { ...outline, nonce, createdAt },
    items: records,
    isVouchedFor: requester !== undefined || fileSha256 !== undefined,
  };
}

function assertPinned(bytes: Uint8Array, fileSha256: string): void {
  if (typeof fileSha256 !== 'string' || !/^[0-9a-f]{64}$/.test(fileSha256)) invalidArgument('fileSha256 has 64 hex characters');
  const hash = nodeCrypto().createHash('sha256').update(bytes).digest();
  if (!equalBytes(ownBytes(hash), hexBytes(fileSha256, 'fileSha256')))
    throw new SignError('ERR_DIGEST_MISMATCH', 'this request file is not the one that is pinned');
}
