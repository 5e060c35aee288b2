import type { Certificate } from '../certificate.js';
import { serialBytes } from './cert-id.js';
import type { Crl } from './crl.js';
import { type CrlEntry, findEntries } from './crl-entries.js';
import { checkScope } from './crl-scope.js';
import { faultError } from './fault.js';
import type { Answer } from './ocsp-status.js';
import { spares } from './reasons.js';

/** A complete CRL and what came out since, both checked. */
export interface CrlBundle {
  readonly base: Crl;
  readonly delta?: Crl;
}

const revoked = ({ revokedAt, reason }: CrlEntry): Answer => ({ status: 'revoked', revokedAt, reason });

/**
 * What the entries of a base and of its delta come to. Any reason but two is final. A hold lasts until a delta CRL removes it at a later time.
 * Removal in a complete CRL is none that RFC 5280 §5.3.1 knows.
 * @throws SignError with `details.rule` `crl-removed-from-base`
 */
function decide(base: readonly CrlEntry[], delta: readonly CrlEntry[]): Answer {
  const both = [...base, ...delta];
  const final = both.find(({ reason }) => reason !== 'certificateHold' && reason !== 'removeFromCRL');
  if (final) return revoked(final);
  if (base.some(({ reason }) => reason === 'removeFromCRL'))
    throw faultError('crl-removed-from-base', 'a complete CRL removes a certificate, which only a delta CRL can');
  const removedAt = Math.max(...delta.flatMap(({ reason, revokedAt }) => (reason === 'removeFromCRL' ? [revokedAt] : [])));
  const hold = both.find(({ reason, revokedAt }) => reason === 'certificateHold' && revokedAt >= removedAt);
  return hold ? revoked(hold) : { status: 'ok' };
}

/**
 * What CRLs say about a certificate (`notation.md` §10.2).
 * @param points URLs of the certificate's distribution points
 * @param authenticSigningTime milliseconds since 1970: entries whose invalidity date is later do not touch the signature
 * @throws SignError with `details.rule` whenever they say nothing
 */
export function crlAnswer(
  { base, delta }: CrlBundle,
  certificate: Certificate,
  points: readonly string[],
  authenticSigningTime?: number,
): Answer {
  if (base.scope) checkScope(base.scope, certificate, points);
  const serial = serialBytes(certificate);
  const entries = (crl: Crl | undefined) =>
    (crl ? findEntries(crl.entries, serial) : []).filter(({ invalidAt }) => !spares(invalidAt, authenticSigningTime));
  const answer = decide(entries(base), entries(delta));
  if (answer.status === 'ok' && base.scope?.onlySomeReasons)
    throw faultError('crl-scope', 'the CRL is about some reasons only, so that it does not list the certificate says little');
  return answer;
}
