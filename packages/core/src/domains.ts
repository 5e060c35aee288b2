import { asn1Domain } from './domain-asn1.js';
import { jsonDomain } from './domain-json.js';
import { looksLikeJws } from './domain-jws.js';

/**
 * What kind of message some bytes are. Every signature format has a domain of its own; a signing call names the domain
 * it means, and bytes of another one are refused (S9), so that signing "a blob" cannot make a certificate. `asn1` is any other SEQUENCE
 * or SET over all the bytes, which needs the right to sign certificates too. `tsb-approval` is what an approver of a TSB signs: challenges,
 * and the time that is the message of a login. `audit-checkpoint` is the head of an audit log.
 */
export type SigningDomain =
  | 'jws'
  | 'cose-sign'
  | 'dsse'
  | 'cosign-payload'
  | 'tuf'
  | 'x509-certificate'
  | 'x509-request'
  | 'x509-crl'
  | 'ocsp-response'
  | 'asn1'
  | 'cms-attributes'
  | 'tsb-approval'
  | 'audit-checkpoint';

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

/**
 * RFC 9052 §4.4 and RFC 9338 §3.3: a CBOR array whose first member is the text "Signature", "Signature1" or "CounterSignature…".
 * Lengths need not be in the shortest form, nor definite.
 */
const coseContext = /^[\x80-\x9f][\x00-\x20]{0,8}[\x60-\x7f][\x00-\x20]{0,8}[\x60-\x7b]?[\x00-\x20]{0,8}(?:Counter)?Signature/;
/** Pre-authentication encoding of DSSE, of whichever version. */
const dssePrefix = /^DSSEv[0-9]+ /;

/** First line of a checkpoint of an audit log, of whichever version. */
const checkpointPrefix = /^securosys-audit-checkpoint\b/;

/**
 * The approval challenge of a TSB (`tsb-rest-api.md` §5.4): a length frame whose first element is the operation. The length before it is
 * not compared, so that bytes behind the frame hide nothing.
 */
const approvalFrame = /^.{4}\x3b\x00\x04\x00.{4}/s;

/**
 * The message of an approver's login (§5.2): nothing but a time. Every ISO 8601 text of date and time counts, because what one server
 * refuses, the next one's parser takes: either form, without seconds, with a fraction, with any offset or the name of a zone.
 */
const loginTime =
  /^[+-]?\d{4,9}-?\d\d-?\d\d[Tt _]\d\d(?::?\d\d(?::?\d\d(?:[.,]\d{1,32})?)?)? ?(?:[Zz]|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?(?:\[[^\]]*\])?$/;
const longestLoginTime = 128;

/** Whether bytes, but for white space around them, are a time. */
function isLoginTime(bytes: Uint8Array): boolean {
  const isSpace = (byte: number | undefined) =>
    byte !== undefined && (byte === 0 || byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
  let start = 0;
  let end = bytes.byteLength;
  while (isSpace(bytes[start])) start++;
  while (end > start && isSpace(bytes[end - 1])) end--;
  return end - start <= longestLoginTime && loginTime.test(latin1(bytes.subarray(start, end)));
}

/**
 * The domain whose messages look like these bytes to the most lenient reader that is known, or `undefined` when they look like none.
 * Our own strict decoders have no say: what they refuse, somebody else may accept. Never throws; time is linear in the length.
 */
export function classifySigningBytes(bytes: Uint8Array): SigningDomain | undefined {
  const start = latin1(bytes.subarray(0, 64));
  if (coseContext.test(start)) return 'cose-sign';
  if (dssePrefix.test(start)) return 'dsse';
  if (checkpointPrefix.test(start)) return 'audit-checkpoint';
  if (approvalFrame.test(start) || isLoginTime(bytes)) return 'tsb-approval';
  return asn1Domain(bytes) ?? jsonDomain(bytes) ?? (looksLikeJws(bytes) ? 'jws' : undefined);
}
