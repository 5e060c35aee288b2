import { type CallOptions, hexText, type KeyRef, SignError } from '@securosys/core';
import { CKO } from '../cryptoki/attributes.js';
import type { FoundObject, TokenCalls } from '../token/token-calls.js';
import { findPublicHalf, type ProvePublicHalf } from './find-public-half.js';
import { ambiguous, checkRef, keyNotFound, objectTemplate, refName } from './key-query.js';
import { listTokenKeys } from './list-keys.js';
import { namesOf, type ObjectNames, privateKeyAttributes, type TokenKey, tokenKey } from './token-key.js';

/** By the hash of its public key alone: every key is looked at. */
async function findBySpki(calls: TokenCalls, ref: KeyRef, options: CallOptions, prove?: ProvePublicHalf): Promise<TokenKey> {
  const matches: TokenKey[] = [];
  for await (const key of listTokenKeys(calls, options, prove)) if (key.info.ref.spkiSha256 === ref.spkiSha256) matches.push(key);
  const [match, another] = matches;
  if (!match) throw keyNotFound(ref, calls.token);
  if (another) throw ambiguous(ref, matches.map(ownNames), calls.token);
  return match;
}

/**
 * The one private key that a reference names. With `spkiSha256` beside a label or id, the key must be that one (S7); alone, it is looked
 * for among all keys.
 * @throws SignError `ERR_KEY_NOT_FOUND`; `ERR_KEY_CHANGED` when another key has the name; `ERR_INVALID_ARGUMENT` when several match, with
 * `details.matches`; `ERR_KEY_NOT_USABLE` when the token has no public half of the key
 */
export async function findKey(calls: TokenCalls, ref: KeyRef, options: CallOptions, prove?: ProvePublicHalf): Promise<TokenKey> {
  checkRef(ref);
  const { spkiSha256: wanted } = ref;
  if (ref.label === undefined && ref.id === undefined) return findBySpki(calls, ref, options, prove);
  const found = await calls.find(objectTemplate(CKO.PRIVATE_KEY, ref), privateKeyAttributes, options);
  if (found.length === 0) throw keyNotFound(ref, calls.token);
  if (wanted === undefined && found.length > 1) throw ambiguous(ref, found.map(namesOfObject), calls.token);
  const readable: TokenKey[] = [];
  for (const each of found) {
    const publicKey = await findPublicHalf(calls, each, options, prove);
    if (publicKey) readable.push(tokenKey(each, publicKey, calls.token));
  }
  const matches = readable.filter((key) => wanted === undefined || key.info.ref.spkiSha256 === wanted);
  const [match, another] = matches;
  if (another) throw ambiguous(ref, matches.map(ownNames), calls.token);
  if (match) return match;
  const details = { tokenLabel: calls.token.label };
  if (readable.length > 0)
    throw new SignError('ERR_KEY_CHANGED', `the key that has this name now is not ${refName(ref)}`, { details });
  throw new SignError(
    'ERR_KEY_NOT_USABLE',
    `key ${refName(ref)} has no public half on its token, or several: store its public key or its certificate with the same CKA_ID`,
    { details },
  );
}

const ownNames = ({ label = '', id }: TokenKey): ObjectNames => ({ label, id: hexText(id) });
const namesOfObject = ({ attributes }: FoundObject): ObjectNames => namesOf(attributes);
