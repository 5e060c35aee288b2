import { base64urlBytes, utf8Text } from './bytes.js';
import { derChildren, readDer, scanDer } from './der.js';
import { isJsonObject, type JsonObject, parseJson } from './json.js';

/**
 * What kind of message some bytes are. Every signature format has a domain of its own; a signing call names the domain
 * it means, and bytes of another one are refused (S9), so that signing "a blob" cannot make a certificate.
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
  | 'cms-attributes'
  | 'tsb-approval';

const startsWith = (bytes: Uint8Array, ...prefix: number[]): boolean => prefix.every((b, i) => bytes[i] === b);

function jsonObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value = parseJson(bytes, { maxBytes: 16 * 1024 * 1024, maxValues: 1_000_000 });
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 7515 §5.1: two base64url strings and a dot, the first a JSON object with an `alg`. */
function isJws(bytes: Uint8Array): boolean {
  const dot = bytes.indexOf(0x2e);
  if (dot < 2 || dot > 64 * 1024) return false;
  try {
    const header = jsonObject(base64urlBytes(utf8Text(bytes.subarray(0, dot))));
    return header !== undefined && 'alg' in header;
  } catch {
    return false;
  }
}

function jsonDomain(bytes: Uint8Array): SigningDomain | undefined {
  let at = 0;
  while (at < bytes.byteLength && /[ \t\r\n]/.test(String.fromCharCode(bytes[at] as number))) at++;
  if (bytes[at] !== 0x7b) return undefined;
  // Lenient readers of these formats take what our strict one refuses, so a prefix that merely looks like them counts too.
  const value = jsonObject(bytes);
  const text = value ? '' : Buffer.from(bytes.subarray(0, 1 << 20)).toString('latin1');
  if (value ? isJsonObject(value.critical) : /"critical"\s*:/.test(text)) return 'cosign-payload';
  if (value ? typeof value._type === 'string' : /"_type"\s*:/.test(text)) return 'tuf';
  return undefined;
}

/** Tags of the elements directly inside the outer SEQUENCE, by which the to-be-signed structures of PKIX differ. */
function derDomain(bytes: Uint8Array): SigningDomain | undefined {
  if (bytes[0] !== 0x30 && bytes[0] !== 0x31) return undefined;
  let tags: number[];
  let firstOfSet = 0;
  try {
    const outer = readDer(bytes, 0);
    if (outer.end !== bytes.byteLength) return undefined;
    const children = derChildren(bytes, outer);
    tags = children.map((c) => c.tag);
    if (outer.tag === 0x31) {
      for (const child of children) if (child.tag === 0x30) firstOfSet = derChildren(bytes, child)[0]?.tag ?? 0;
      return firstOfSet === 0x06 ? 'cms-attributes' : undefined;
    }
    scanDer(bytes, { maxElements: 1_000_000, maxDepth: 64 });
  } catch {
    return undefined;
  }
  const shape = tags.map((t) => t.toString(16)).join(' ');
  // RFC 5280 §4.1: [version] serial signature issuer validity subject spki …
  if (/^(a0 )?2 30 30 30 30 30( |$)/.test(shape)) return 'x509-certificate';
  // RFC 2986 §4.1: version subject spki [attributes]
  if (/^2 30 30( a0)?$/.test(shape)) return 'x509-request';
  // RFC 5280 §5.1: [version] signature issuer thisUpdate …
  if (/^(2 )?30 30 (17|18)( |$)/.test(shape)) return 'x509-crl';
  // RFC 6960 §4.2.1 ResponseData: [version] responder producedAt responses
  if (/^(a0 )?a[12] 18 30( |$)/.test(shape)) return 'ocsp-response';
  return undefined;
}

/** The approval challenge of a TSB (`tsb-rest-api.md` §5.4): a length frame whose first element is the operation. */
function isTsbApproval(bytes: Uint8Array): boolean {
  if (bytes.byteLength < 12) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(0, true) === bytes.byteLength - 4 && view.getUint16(4, true) === 0x3b && view.getUint16(6, true) === 4;
}

/** The domain whose messages look like these bytes, or `undefined` when they look like none. Never throws. */
export function classifySigningBytes(bytes: Uint8Array): SigningDomain | undefined {
  // RFC 9052 §4.4: array of 4 "Signature1", array of 5 "Signature", or "CounterSignature…"
  if (startsWith(bytes, 0x84, 0x6a, 0x53, 0x69) || startsWith(bytes, 0x85, 0x69, 0x53, 0x69)) return 'cose-sign';
  if (/^[\x84-\x87][\x60-\x7b]/.test(String.fromCharCode(bytes[0] ?? 0, bytes[1] ?? 0))) {
    if (/Signature/.test(Buffer.from(bytes.subarray(0, 24)).toString('latin1'))) return 'cose-sign';
  }
  if (startsWith(bytes, 0x44, 0x53, 0x53, 0x45, 0x76, 0x31, 0x20)) return 'dsse';
  if (isTsbApproval(bytes)) return 'tsb-approval';
  if (isJws(bytes)) return 'jws';
  return derDomain(bytes) ?? jsonDomain(bytes);
}
