import type { LibraryInfo, TokenInfo } from '../token/token-calls.js';
import { ulongFromBytes } from '../token/ulong.js';
import type { Pkcs11UriParts } from './attributes.js';

/** What a URI says about a token, as opposed to an object in it. */
export type TokenParts = Omit<Pkcs11UriParts, 'object' | 'type' | 'id' | 'moduleName' | 'modulePath'>;

/** Whether everything that is asked for is there, exactly: no prefix, no other case (RFC 7512 §2.5, `pkcs11.md` §5.1). */
export function tokenMatches(wanted: TokenParts, token: TokenInfo, library: LibraryInfo): boolean {
  const compared: readonly (readonly [string | bigint | undefined, string | bigint])[] = [
    [wanted.token, token.label],
    [wanted.manufacturer, token.manufacturer],
    [wanted.serial, token.serial],
    [wanted.model, token.model],
    [wanted.slotId, ulongFromBytes(token.slotId)],
    [wanted.slotManufacturer, token.slotManufacturer],
    [wanted.slotDescription, token.slotDescription],
    [wanted.libraryManufacturer, library.manufacturer],
    [wanted.libraryDescription, library.description],
    [wanted.libraryVersion, library.version],
  ];
  return compared.every(([want, have]) => want === undefined || want === have);
}
