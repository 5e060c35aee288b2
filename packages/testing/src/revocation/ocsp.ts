import { concatBytes, derBytes, derChildren, derWrap, hexBytes, hexText, nodeCrypto, readDer } from '@securosys/core';
import { crlReasons } from './crl.js';
import {
  enumerated,
  extensions,
  generalizedTime,
  identifierOf,
  integer,
  octets,
  oid,
  type RevocationSigner,
  seq,
  signed,
  type TestExtension,
} from './der.js';

/** One answer in an OCSP response. Times in milliseconds since 1970. */
export interface TestOcspAnswer {
  /** Names of the certificate's issuer: as in its certificate. */
  readonly issuer: RevocationSigner['certificate'];
  /** Serial number without sign octet, hex. */
  readonly serial: string;
  readonly status: 'good' | 'revoked' | 'unknown';
  readonly revokedAt?: number;
  readonly reason?: keyof typeof crlReasons;
  readonly thisUpdate: number;
  readonly nextUpdate?: number;
  readonly extensions?: readonly TestExtension[];
  /** Hash of the certificate id; default `sha1`. */
  readonly hash?: 'sha1' | 'sha256';
}

/** An OCSP response to be made; everything may be wrong. */
export interface TestOcspResponse {
  readonly signer: RevocationSigner;
  readonly answers: readonly TestOcspAnswer[];
  readonly certificates?: readonly Uint8Array[];
  readonly byKey?: boolean;
  /** Name of the responder, DER; default the signer's. */
  readonly responder?: Uint8Array;
  readonly producedAt: number;
  readonly extensions?: readonly TestExtension[];
  /** DER of `AlgorithmIdentifier`. */
  readonly identifier?: Uint8Array;
}

const hash = (name: string, bytes: Uint8Array): Uint8Array => nodeCrypto().hash(name, bytes, 'buffer');

/** The key's bits: what key identifiers are hashes of. */
function keyBits(spki: Uint8Array): Uint8Array {
  const [, bits] = derChildren(spki, readDer(spki, 0));
  return bits ? spki.subarray(bits.contents + 1, bits.end) : spki;
}

const hashIdentifiers = { sha1: '300906052b0e03021a0500', sha256: '300d06096086480165030402010500' };

function certId({ issuer, serial, hash: name = 'sha1' }: TestOcspAnswer): Uint8Array {
  const names = octets(hash(name, issuer.subjectDer));
  return seq(hexBytes(hashIdentifiers[name]), names, octets(hash(name, keyBits(issuer.spki))), integer(serial));
}

function answer(one: TestOcspAnswer): Uint8Array {
  const { status, revokedAt = one.thisUpdate, reason, nextUpdate } = one;
  const why = reason ? derWrap(0xa0, enumerated(crlReasons[reason])) : new Uint8Array();
  const state = status === 'good' ? hexBytes('8000') : status === 'unknown' ? hexBytes('8200') : undefined;
  return seq(
    certId(one),
    state ?? derWrap(0xa1, concatBytes(generalizedTime(revokedAt), why)),
    generalizedTime(one.thisUpdate),
    nextUpdate === undefined ? new Uint8Array() : derWrap(0xa0, generalizedTime(nextUpdate)),
    extensions(one.extensions ?? [], 0xa1),
  );
}

/** DER of an `OCSPResponse` (RFC 6960 §4.2.1) with a basic response. */
export function testOcspResponse(response: TestOcspResponse): Uint8Array {
  const { signer, answers, certificates = [], byKey, responder = signer.certificate.subjectDer } = response;
  const id = byKey ? derWrap(0xa2, octets(hash('sha1', keyBits(signer.certificate.spki)))) : derWrap(0xa1, responder);
  const tbs = seq(
    id,
    generalizedTime(response.producedAt),
    seq(...answers.map(answer)),
    extensions(response.extensions ?? [], 0xa1),
  );
  const came = certificates.length > 0 ? [derWrap(0xa0, seq(...certificates))] : [];
  const basic = signed(tbs, signer, response.identifier ?? identifierOf(signer), ...came);
  return seq(enumerated(0), derWrap(0xa0, seq(oid('1.3.6.1.5.5.7.48.1.1'), octets(basic))));
}

/** One of the answers that are errors: 1 malformedRequest, 2 internalError, 3 tryLater, 5 sigRequired, 6 unauthorized. */
export const testOcspError = (status: number): Uint8Array => seq(enumerated(status));

/** Serial number and nonce of a request about one certificate. */
export function readOcspRequest(der: Uint8Array): { readonly serial: string; readonly nonce: Uint8Array | undefined } {
  const inside = (bytes: Uint8Array) => derChildren(bytes, readDer(bytes, 0)).map((element) => derBytes(bytes, element));
  const [tbs = der] = inside(der);
  const [list = tbs, tagged] = inside(tbs);
  const [request = list] = inside(list);
  const [id = request] = inside(request);
  const serial = inside(id)[3] ?? id;
  const [nonce] = tagged ? inside(tagged).flatMap(inside) : [];
  const value = nonce && inside(nonce)[1];
  return {
    serial: hexText(serial.subarray(2)).replace(/^00(?=[89a-f])/, ''),
    nonce: value?.subarray(2),
  };
}
