import { invalidArgument, sanitizeText } from '@securosys/core';

/** What the certificates of a trust store vouch for: signers, signing authorities, or timestamps. */
export type TrustStoreType = 'ca' | 'signingAuthority' | 'tsa';

/** `{type}:{name}` of a trust store. */
export interface TrustStoreName {
  readonly type: TrustStoreType;
  readonly name: string;
}

/**
 * Parses `ca:acme`. Names are letters, digits, `_`, `.` and `-` (`notation.md` §13), and never a way out of a folder.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function parseTrustStoreName(text: string): TrustStoreName {
  const found = /^(ca|signingAuthority|tsa):([A-Za-z0-9_.-]{1,255})$/.exec(text);
  if (!found || /^\.+$/.test(found[2] as string))
    return invalidArgument(`'${sanitizeText(text, 80)}' does not name a trust store`);
  return { type: found[1] as TrustStoreType, name: found[2] as string };
}
