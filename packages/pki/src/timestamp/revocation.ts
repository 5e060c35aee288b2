import { type CallOptions, invalidArgument, knownOptions } from '@securosys/core';
import type { Certificate } from '../certificate.js';
import type { RevocationChecker } from '../revocation/report.js';
import { refuse } from './reasons.js';

/**
 * Demands that no certificate of a timestamp authority was revoked (`notation.md` §9.1 step 5, §9.3 step 3; CVE-2024-56138): one that was,
 * and one of which it cannot be found out, refuse the timestamp alike.
 * @param chain of a verified timestamp, so that only chains under a trusted root are asked about (S26)
 * @throws SignError `ERR_NOT_TRUSTED` with `details.reason` `chain-revoked` or `chain-revocation-unknown`, `ERR_INVALID_ARGUMENT`; what `checker` throws
 */
export async function checkTimestampRevocation(
  chain: readonly Certificate[],
  checker: RevocationChecker,
  options: CallOptions = {},
): Promise<void> {
  knownOptions('checkTimestampRevocation', options, ['signal', 'timeoutMs', 'logger']);
  if (!Array.isArray(chain) || chain.length === 0) invalidArgument('chain is that of a verified timestamp');
  if (typeof checker?.check !== 'function') invalidArgument('checker is no RevocationChecker');
  const { certificates } = await checker.check(chain, { ...options, purpose: 'timestamping' });
  const asked = certificates.map(({ certificate }) => certificate);
  if (certificates.some(({ status }) => status === 'revoked')) refuse('chain-revoked');
  const good = certificates.every(({ status }) => status === 'ok' || status === 'non-revokable');
  // A report about fewer certificates than were asked about says nothing about the rest.
  if (!good || !chain.every((certificate) => asked.includes(certificate))) refuse('chain-revocation-unknown');
}
