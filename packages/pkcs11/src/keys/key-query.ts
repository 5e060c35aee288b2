import { hexText, invalidArgument, type KeyRef, SignError, sanitizeText } from '@securosys/core';
import { CKA } from '../cryptoki/attributes.js';
import type { Template } from '../token/template.js';
import type { TokenInfo } from '../token/token-calls.js';
import type { Pkcs11UriParts } from '../uri/attributes.js';
import { bytes, text, ulong } from './entries.js';
import type { ObjectNames } from './token-key.js';

/** One text for one way to name a key. */
export function refText({ label, id, spkiSha256 }: KeyRef): string {
  return `${label === undefined ? '' : `l${label}`}\0${id === undefined ? '' : hexText(id)}\0${spkiSha256 ?? ''}`;
}

/** A key by what is said of it, for errors. */
export function refName({ label, id, spkiSha256 }: KeyRef): string {
  const parts = [
    label !== undefined && `'${sanitizeText(label, 60)}'`,
    id !== undefined && `with id ${hexText(id.subarray(0, 64))}`,
    spkiSha256 !== undefined && `with public key ${spkiSha256}`,
  ];
  return parts.filter(Boolean).join(' ');
}

/** @throws SignError `ERR_INVALID_ARGUMENT` for a reference that names nothing, or could not be one */
export function checkRef(ref: KeyRef): void {
  if (typeof ref !== 'object' || ref === null) invalidArgument('a key is named by an object with label, id or spkiSha256');
  const { label, id, spkiSha256 } = ref;
  if (label === undefined && id === undefined && spkiSha256 === undefined)
    invalidArgument('a key is named by label, id or spkiSha256, and this reference has none of them');
  if (label !== undefined && (typeof label !== 'string' || label === '')) invalidArgument('the label of a key is not empty');
  if (id !== undefined && (!(id instanceof Uint8Array) || id.byteLength === 0 || id.byteLength > 1024))
    invalidArgument('the id of a key is 1 to 1024 bytes');
  if (spkiSha256 !== undefined && !/^[0-9a-f]{64}$/.test(spkiSha256))
    invalidArgument('spkiSha256 is 64 lower-case hex characters');
}

/** Objects of a class with this label and id. */
export function objectTemplate(objectClass: number, { label, id }: Pick<KeyRef, 'label' | 'id'>): Template {
  return [
    ulong(CKA.CLASS, objectClass),
    ...(label === undefined ? [] : [text(CKA.LABEL, label)]),
    ...(id === undefined ? [] : [bytes(CKA.ID, id)]),
  ];
}

/**
 * The key that a URI names inside its token (RFC 7512 §2.3: `object`, `id`, `type`).
 * @throws SignError `ERR_INVALID_ARGUMENT` for a URI that names no key, or not a private one; private is the default (`pkcs11.md` §5.1)
 */
export function keyRefOfUri({ object, id, type = 'private' }: Pkcs11UriParts): KeyRef {
  if (type !== 'private') invalidArgument(`the URI names a '${type}' object, and a private key is needed`);
  const ref: KeyRef = { ...(object !== undefined && { label: object }), ...(id !== undefined && { id }) };
  if (object === undefined && id === undefined) invalidArgument('the URI names a token and no key: add object= or id=');
  checkRef(ref);
  return ref;
}

/** Several objects where one was asked for: never the first, but a list for the caller to choose from. */
export function ambiguous(ref: KeyRef, matches: readonly ObjectNames[], token: TokenInfo): SignError {
  const shown = matches.slice(0, 16).map(({ label, id }) => `'${sanitizeText(label, 40)}' (id ${id === '' ? 'none' : id})`);
  const list = shown.join(', ') + (matches.length > shown.length ? ', …' : '');
  return new SignError('ERR_INVALID_ARGUMENT', `${matches.length} keys match ${refName(ref)}: ${list}; name one by its id`, {
    details: { matches, tokenLabel: token.label },
  });
}

/** The answer when nothing matches. */
export function keyNotFound(ref: KeyRef, token: TokenInfo, cause?: unknown): SignError {
  const where = `token '${sanitizeText(token.label, 40)}'`;
  return new SignError('ERR_KEY_NOT_FOUND', `no key ${refName(ref)} on ${where}`, {
    ...(cause !== undefined && { cause }),
    details: { tokenLabel: token.label },
  });
}
