import { SignError, type SignErrorCode, sanitizeText } from '@securosys/core';
import { tokenFlags } from '../cryptoki/flags.js';
import { standsFor } from '../cryptoki/stands-for.js';
import type { LibraryInfo, TokenInfo } from '../token/token-calls.js';
import { ulongFromBytes } from '../token/ulong.js';
import { type TokenParts, tokenMatches } from './match-token.js';

/** How many tokens may match. */
export interface SelectTokensOptions {
  /**
   * Takes several slots with the same token label and serial as one logical token, as Primus has them for one partition (`pkcs11.md`
   * §4.2). Default `false`: exactly one slot.
   */
  readonly severalSlots?: boolean;
}

function refuse(code: SignErrorCode, why: string, tokens: readonly TokenInfo[]): never {
  const listed = tokens.map(({ label, serial, slotId }) => ({
    label: sanitizeText(label, 40),
    serial: sanitizeText(serial, 40),
    slotId: ulongFromBytes(slotId).toString(),
  }));
  const shown = listed.slice(0, 16).map(({ label, serial, slotId }) => `'${label}' (serial '${serial}', slot ${slotId})`);
  const list = shown.length === 0 ? 'none' : shown.join(', ') + (listed.length > shown.length ? ', …' : '');
  const details = { tokens: listed, ...(code === 'ERR_NOT_FOUND' && standsFor('CKR_TOKEN_NOT_PRESENT')) };
  throw new SignError(code, `${why}; initialised tokens: ${list}`, { details });
}

/**
 * The token that a URI names, among those of a library. A slot whose token is not initialised is none, though SoftHSM lists one.
 * @throws SignError `ERR_NOT_FOUND` when none matches, `ERR_INVALID_ARGUMENT` when several do; both list labels and serials in
 * `details.tokens`
 */
export function selectTokens(
  tokens: readonly TokenInfo[],
  library: LibraryInfo,
  wanted: TokenParts,
  options: SelectTokensOptions = {},
): readonly TokenInfo[] {
  const usable = tokens.filter(({ flags }) => (flags & tokenFlags.TOKEN_INITIALIZED) !== 0);
  const found = usable.filter((token) => tokenMatches(wanted, token, library));
  const [first] = found;
  if (!first) refuse('ERR_NOT_FOUND', 'no token matches: name one of those that are there by its label or serial', usable);
  if (found.length === 1) return found;
  const same = found.every(({ label, serial }) => label === first.label && serial === first.serial);
  if (options.severalSlots && same) return found;
  return refuse('ERR_INVALID_ARGUMENT', 'several tokens match: say which by serial, label or slot-id', found);
}
