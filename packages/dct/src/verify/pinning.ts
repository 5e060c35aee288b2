import { invalidArgument, knownOptions, utf8Bytes } from '@securosys/core';
import { type Certificate, issuedBy, parseCertificates } from '@securosys/pki';
import type { DctKey } from '../model/keys.js';

/**
 * What makes the root of a repository the right one (`dct.md` §9.1): its root certificate, as `notary` shows it or a colleague sent it;
 * the id of its root key in the metadata; or a CA that issues root certificates. `'first-use'` believes whatever root comes first and
 * remembers it in the cache: in CI, where nothing is remembered, that is the server's word each time.
 */
export type DctRootPin =
  | { readonly certificate: Uint8Array | string }
  | { readonly keyIds: readonly string[] }
  | { readonly ca: Uint8Array | string }
  | 'first-use';

/**
 * Whether a root key is the pinned one; `undefined`: any is, the first time. Without a time, milliseconds since 1970, nobody asks whether the
 * certificates between it and a CA were valid then.
 */
export type IsPinned = ((key: DctKey, now: number | undefined) => boolean) | undefined;

const certificatesOf = (given: unknown, what: string): Certificate[] => {
  if (typeof given !== 'string' && !(given instanceof Uint8Array)) return invalidArgument(`${what} is PEM or DER`);
  return parseCertificates(typeof given === 'string' ? utf8Bytes(given) : given);
};

/** Whether the certificates of a key lead to one of these CAs, by intermediates that are valid. */
function leadsTo(key: DctKey, anchors: readonly Certificate[], now: number | undefined): boolean {
  const [leaf, ...others] = key.certificates;
  const intermediates = others.filter(({ notBefore, notAfter }) => now === undefined || (notBefore <= now && now <= notAfter));
  for (let at = leaf, left = intermediates; at; ) {
    const child = at;
    if (anchors.some((anchor) => issuedBy(child, anchor))) return true;
    at = left.find((one) => issuedBy(child, one));
    left = left.filter((one) => one !== at);
  }
  return false;
}

/** @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED` for certificates that are none */
export function readPin(pin: DctRootPin): IsPinned {
  if (pin === 'first-use') return undefined;
  if (typeof pin !== 'object' || pin === null)
    return invalidArgument("root says which root is the right one: { certificate }, { keyIds }, { ca }, or 'first-use'");
  knownOptions('root', pin, ['certificate', 'keyIds', 'ca']);
  if (Object.keys(pin).length !== 1) return invalidArgument('root is one of { certificate }, { keyIds } and { ca }');
  if ('keyIds' in pin) {
    const { keyIds } = pin;
    if (!Array.isArray(keyIds) || keyIds.length === 0 || !keyIds.every((id) => /^[0-9a-f]{64}$/.test(id)))
      return invalidArgument('keyIds are ids of root keys, 64 hex characters each');
    return ({ id }) => keyIds.includes(id);
  }
  if ('ca' in pin) {
    const anchors = certificatesOf(pin.ca, 'ca');
    return (key, now) => leadsTo(key, anchors, now);
  }
  const [pinned] = certificatesOf(pin.certificate, 'certificate');
  return ({ certificates: [leaf] }) => leaf !== undefined && leaf.thumbprint === pinned?.thumbprint;
}
