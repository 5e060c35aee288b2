import type { Certificate } from '../certificate.js';
import { DerReader, malformed, tags } from '../reader.js';
import { faultError } from './fault.js';

/** `IssuingDistributionPoint` (RFC 5280 §5.2.5): which certificates a CRL is about. */
export interface CrlScope {
  /** URLs of the distribution point; `undefined` when the CRL names no point, empty when it names one otherwise than by URL. */
  readonly urls: readonly string[] | undefined;
  readonly onlyUsers: boolean;
  readonly onlyAuthorities: boolean;
  readonly onlyAttributes: boolean;
  readonly onlySomeReasons: boolean;
  readonly indirect: boolean;
}

const uri = 0x86;

function pointUrls(point: DerReader): string[] {
  const name = point.any();
  point.end();
  if (name.tag !== tags.context0 && name.tag !== 0xa1) malformed('a distribution point has a name of no kind');
  if (name.tag === 0xa1) return [];
  const urls: string[] = [];
  for (const names = point.inside(name); names.more; ) {
    const element = names.any();
    if (element.tag === uri) urls.push(Buffer.from(names.contents(element)).toString('latin1'));
  }
  return urls;
}

/** An implicitly tagged BOOLEAN that stands for `DEFAULT FALSE`. */
function flag(reader: DerReader, tag: number): boolean {
  const element = reader.optional(tag);
  if (!element) return false;
  const contents = reader.contents(element);
  return (contents.byteLength === 1 && contents[0] === 0xff) || malformed('a BOOLEAN of the scope is not DER');
}

/** @throws SignError `ERR_MALFORMED` */
export function parseScope(value: Uint8Array): CrlScope {
  const reader = DerReader.over(value, tags.sequence, 'scope of the CRL');
  const point = reader.optional(tags.context0);
  const urls = point && pointUrls(reader.inside(point));
  const onlyUsers = flag(reader, 0x81);
  const onlyAuthorities = flag(reader, 0x82);
  const onlySomeReasons = reader.optional(0x83) !== undefined;
  const indirect = flag(reader, 0x84);
  const onlyAttributes = flag(reader, 0x85);
  reader.end();
  return { urls, onlyUsers, onlyAuthorities, onlyAttributes, onlySomeReasons, indirect };
}

/**
 * Refuses a CRL that is not about this certificate: that it does not list it says nothing then (RFC 5280 §6.3.3 b). One about some reasons only
 * counts when it lists the certificate, which is why the caller asks for that.
 * @param points URLs of the certificate's distribution points
 * @throws SignError `ERR_NOT_TRUSTED` with `details.rule`
 */
export function checkScope(scope: CrlScope, { basicConstraints }: Certificate, points: readonly string[]): void {
  if (scope.indirect) throw faultError('crl-indirect', 'indirect CRLs are not supported');
  const ca = basicConstraints?.ca === true;
  const otherKind = scope.onlyAttributes || (ca ? scope.onlyUsers : scope.onlyAuthorities);
  if (otherKind) throw faultError('crl-scope', 'the CRL is about certificates of another kind');
  if (scope.urls && !scope.urls.some((url) => points.includes(url)))
    throw faultError('crl-scope', 'the CRL is of a distribution point that the certificate does not name');
}
