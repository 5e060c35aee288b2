import { hexText, readDer, type SignatureAlgorithm, SignError } from '@securosys/core';
import { crlUrls } from '../extension-values.js';
import { type CertificateExtension, readExtensions } from '../extensions.js';
import { DerReader, malformed, tags, unsignedInteger } from '../reader.js';
import { algorithmOfIdentifier } from '../signature-algorithms.js';
import { timeOf } from '../times.js';
import { type CrlScope, parseScope } from './crl-scope.js';
import { reading } from './fault.js';

/** A CRL of version 2 (RFC 5280 §5.1) as it stands: nothing in it has been checked, and its entries have not been read. Byte arrays are views. */
export interface Crl {
  readonly der: Uint8Array;
  readonly tbs: Uint8Array;
  readonly signature: Uint8Array;
  readonly signatureAlgorithm: SignatureAlgorithm | undefined;
  readonly signatureOid: string;
  /** Name, DER. */
  readonly issuerDer: Uint8Array;
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
  /** Contents of `revokedCertificates`. */
  readonly entries: Uint8Array;
  readonly number: bigint | undefined;
  /** Of a delta CRL: the number of the base that it builds upon. */
  readonly deltaOf: bigint | undefined;
  readonly scope: CrlScope | undefined;
  /** The scope as it stands, hex. */
  readonly scopeHex: string;
  /** Where delta CRLs are; `undefined` when the CRL does not speak of any. */
  readonly deltaUrls: readonly string[] | undefined;
  /** Whether a critical extension is none that is understood here. */
  readonly unknownCritical: boolean;
}

const oids = { number: '2.5.29.20', deltaOf: '2.5.29.27', scope: '2.5.29.28', authorityKey: '2.5.29.35', deltaUrls: '2.5.29.46' };
const known: ReadonlySet<string> = new Set(Object.values(oids));

function numberOf(value: Uint8Array): bigint {
  const element = readDer(value, 0, value.byteLength, 'CRL number');
  if (element.tag !== tags.integer || element.end !== value.byteLength) malformed('a CRL number is no INTEGER');
  const bytes = unsignedInteger(value.subarray(element.contents), 'CRL number');
  return bytes.byteLength <= 20 ? BigInt(`0x${hexText(bytes)}`) : malformed('a CRL number has over 20 octets');
}

/** Most bytes of the extensions of a whole CRL: what they list is read before the signature says who wrote it. */
const maxExtensionBytes = 64 * 1024;

function extensionsOf(list: DerReader): CertificateExtension[] {
  const wrapped = list.optional(tags.context0);
  if (!wrapped) return [];
  if (wrapped.end - wrapped.contents > maxExtensionBytes)
    throw new SignError('ERR_LIMIT', `its extensions are over ${maxExtensionBytes} bytes`);
  const outer = list.inside(wrapped, 'extensions of the CRL');
  const extensions = readExtensions(outer.enter(tags.sequence));
  outer.end();
  return extensions;
}

function timeIn(list: DerReader): number {
  return timeOf(list.bytes, list.any());
}

function optionalTime(list: DerReader): number | undefined {
  const element = list.optional(tags.utcTime) ?? list.optional(tags.generalizedTime);
  return element && timeOf(list.bytes, element);
}

/** Version 2 alone: version 1 has no extensions, so nothing could say what it is about or whether it is complete. */
function checkVersion(list: DerReader): void {
  const version = list.contents(list.take(tags.integer));
  if (version.byteLength !== 1 || version[0] !== 1) malformed('it is not of version 2');
}

function saysIn(
  extensions: readonly CertificateExtension[],
): Pick<Crl, 'number' | 'deltaOf' | 'scope' | 'scopeHex' | 'deltaUrls'> {
  const value = (oid: string) => extensions.find((extension) => extension.oid === oid)?.value;
  const [number, deltaOf, scope, deltaUrls] = [oids.number, oids.deltaOf, oids.scope, oids.deltaUrls].map(value);
  return {
    number: number && numberOf(number),
    deltaOf: deltaOf && numberOf(deltaOf),
    scope: scope && parseScope(scope),
    scopeHex: scope ? hexText(scope) : '',
    deltaUrls: deltaUrls && crlUrls(deltaUrls),
  };
}

/**
 * Takes a CRL apart but for its entries, which may be a million: {@link findEntries} walks over them once, in place.
 * @param der kept, not copied
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`, with `details.rule` `malformed`
 */
export function parseCrl(der: Uint8Array): Crl {
  return reading('CRL', () => {
    const outer = DerReader.over(der, tags.sequence, 'CRL');
    const tbs = outer.take(tags.sequence);
    const algorithm = outer.take(tags.sequence);
    const bits = outer.contents(outer.take(tags.bitString));
    outer.end();
    if (bits[0] !== 0) malformed('its signature has unused bits');
    const list = outer.inside(tbs);
    checkVersion(list);
    if (!list.same(list.take(tags.sequence), algorithm)) malformed('inner and outer signature algorithm differ');
    const issuerDer = list.whole(list.take(tags.sequence));
    const thisUpdate = timeIn(list);
    const nextUpdate = optionalTime(list);
    if (nextUpdate !== undefined && nextUpdate < thisUpdate) malformed('its next update comes before this one');
    const revoked = list.optional(tags.sequence);
    const extensions = extensionsOf(list);
    list.end();
    return {
      der,
      tbs: outer.whole(tbs),
      signature: bits.subarray(1),
      signatureAlgorithm: algorithmOfIdentifier(outer.whole(algorithm)),
      signatureOid: outer.inside(algorithm, 'signature algorithm').oid(),
      issuerDer,
      thisUpdate,
      nextUpdate,
      entries: revoked ? list.contents(revoked) : new Uint8Array(),
      ...saysIn(extensions),
      unknownCritical: extensions.some(({ oid, critical }) => critical && !known.has(oid)),
    };
  });
}
