import { invalidArgument, knownOptions, ownBytes, SignError, scanDer } from '@securosys/core';
import type { Certificate } from '../certificate.js';
import { DerReader, tags } from '../reader.js';
import { berToDer } from './ber.js';
import { knownCertificate } from './known-certificates.js';
import { reading, refuse } from './reasons.js';
import { readSignerInfo, type TimestampSigner } from './signer-info.js';
import type { Timestamp } from './timestamp.js';
import { readTstInfo } from './tst-info.js';

/** Largest timestamp token that is looked at, in bytes. */
export const maxTimestampTokenBytes = 1024 * 1024;

/** Object identifier of `id-ct-TSTInfo`. */
export const tstInfoOid = '1.2.840.113549.1.9.16.1.4';
const signedDataOid = '1.2.840.113549.1.7.2';
const maxCertificates = 32;
const maxSigners = 8;

/** How a token may be written. */
export interface ParseTimestampOptions {
  /**
   * Accepts BER (indefinite and longer lengths, OCTET STRINGs in pieces), as the Notation programs do: authorities built on Bouncy Castle
   * write it. Off by default, because then one token has many forms. Default `false`.
   */
  allowBer?: boolean;
}

/** A timestamp token taken apart; nothing in it has been checked. */
export interface TimestampToken extends Timestamp {
  /** The token, DER. */
  readonly der: Uint8Array;
  /** `TSTInfo`, DER: what the digest in the signed attributes is of. */
  readonly tstInfo: Uint8Array;
  /** The nonce as the contents of its INTEGER, sign octet included, lower-case hex. */
  readonly nonce?: string;
  /** In the order of the token: the order says nothing about who signed. */
  readonly certificates: readonly Certificate[];
  readonly signers: readonly TimestampSigner[];
}

/** Strict DER in memory of its own, scanned before anything else reads it. */
export function scannedDer(
  bytes: Uint8Array,
  what: string,
  { allowBer = false }: ParseTimestampOptions = {},
): Uint8Array<ArrayBuffer> {
  const own = ownBytes(bytes);
  try {
    scanDer(own, { what });
    return own;
  } catch (error) {
    if (allowBer !== true || !SignError.is(error, 'ERR_MALFORMED')) throw error;
    const der = berToDer(own);
    scanDer(der, { what });
    return der;
  }
}

function certificatesOf(set: DerReader): Certificate[] {
  const out: Certificate[] = [];
  while (set.more) {
    const element = set.any();
    if (out.length === maxCertificates) throw new SignError('ERR_LIMIT', `over ${maxCertificates} certificates`);
    // Every other choice of CertificateChoices has a context tag.
    if (element.tag !== tags.sequence) refuse('certificate-malformed');
    out.push(reading('certificate-malformed', 'token-limit', () => knownCertificate(set.whole(element))));
  }
  return out;
}

function signersOf(set: DerReader): TimestampSigner[] {
  const out: TimestampSigner[] = [];
  while (set.more) {
    if (out.length === maxSigners) throw new SignError('ERR_LIMIT', `over ${maxSigners} signers`);
    out.push(readSignerInfo(set));
  }
  return out;
}

function isVersion3(contents: Uint8Array): boolean {
  return contents.byteLength === 1 && contents[0] === 3;
}

function readToken(der: Uint8Array): TimestampToken {
  const outer = DerReader.over(der, tags.sequence, 'ContentInfo');
  if (outer.oid() !== signedDataOid) refuse('not-signed-data');
  const wrapped = outer.enter(tags.context0, 'ContentInfo');
  outer.end();
  const data = wrapped.enter(tags.sequence, 'SignedData');
  wrapped.end();
  if (!isVersion3(data.contents(data.take(tags.integer)))) refuse('signed-data-version');
  data.take(tags.set);
  const content = data.enter(tags.sequence, 'EncapsulatedContentInfo');
  const certificates = data.optional(tags.context0);
  // CRLs in a token are nobody's word: revocation asks elsewhere (§10).
  data.optional(0xa1);
  const signers = data.enter(tags.set, 'SignerInfos');
  data.end();
  if (content.oid() !== tstInfoOid) refuse('content-type');
  const explicit = content.enter(tags.context0);
  content.end();
  const tstInfo = explicit.contents(explicit.take(tags.octetString));
  explicit.end();
  // Inside an OCTET STRING, where the scan of the token did not look.
  scanDer(tstInfo, { what: 'TSTInfo' });
  return {
    ...readTstInfo(tstInfo),
    der,
    tstInfo,
    certificates: certificates ? certificatesOf(data.inside(certificates)) : [],
    signers: signersOf(signers),
  };
}

/**
 * Takes an RFC 3161 TimeStampToken apart (`notation.md` §9.2 step 1), to look at it: CMS SignedData of version 3 over a TSTInfo. Nothing
 * is verified. Byte arrays are views of `der`, a copy of what was parsed, except `imprint`, which is a copy of its own.
 * @param bytes at most 1 MiB, one ContentInfo (not a whole TimeStampResp)
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`, `ERR_ALGORITHM_UNSUPPORTED`, each with `details.reason` (`TimestampReason`);
 * `ERR_INVALID_ARGUMENT`
 */
export function parseTimestampToken(bytes: Uint8Array, options: ParseTimestampOptions = {}): TimestampToken {
  knownOptions('parseTimestampToken', options, ['allowBer']);
  if (!(bytes instanceof Uint8Array)) invalidArgument('the timestamp token is no Uint8Array');
  if (bytes.byteLength > maxTimestampTokenBytes) refuse('token-too-large');
  const der = reading('token-not-der', 'token-limit', () => scannedDer(bytes, 'timestamp token', options));
  return reading('token-malformed', 'token-limit', () => readToken(der));
}
