import { base64Text, concatBytes, derChildren, derWrap, hexBytes, hexText, ownBytes, SignError, scanDer } from '@securosys/core';
import { certificateTlv } from '../inferred.js';

/** One entry of `signedApprovals`, taken apart. */
export interface AuthorizationToken {
  readonly approvalToBeSigned: Uint8Array;
  readonly digest: string;
  readonly signature: Uint8Array;
  readonly approver: { readonly approverPublicKey: string } | { readonly approverCertificate: string };
}

const signatureTlv = 0x1056;
const keyTlv = 0x1052;

/** AlgorithmIdentifiers, DER in hex: [digest name, key type]. */
const algorithms: readonly (readonly [hex: string, digest: string, keyType: string])[] = [
  ['300c06082a8648ce3d0403020500', 'SHA-256', 'ec'],
  ['300d06092a864886f70d01010b0500', 'SHA-256', 'rsa'],
  ['300506032b6570', 'EdDSA', 'ed25519'],
];

function tlv(type: number, value: Uint8Array): Uint8Array {
  const head = Uint8Array.of(type & 255, type >> 8, value.byteLength & 255, value.byteLength >> 8);
  return concatBytes(head, value, new Uint8Array((4 - (value.byteLength % 4)) % 4));
}

function refuse(why: string): never {
  throw new SignError('ERR_MALFORMED', `a signed approval is not an authorization token: ${why}`);
}

/**
 * Builds the emulator's own form of an authorization token (`tsb-rest-api.md` §5.6, whose outer codes nobody published): u32 length,
 * the challenge with its frame, the signature with its algorithm, the approver's key.
 */
export function encodeAuthorizationToken(
  approvalToBeSigned: Uint8Array,
  keyType: string,
  signature: Uint8Array,
  approver: { readonly spki: Uint8Array } | { readonly certificate: Uint8Array },
): Uint8Array<ArrayBuffer> {
  const row = algorithms.find(([, , type]) => type === keyType) ?? refuse('key type');
  const bits = derWrap(0x03, concatBytes(Uint8Array.of(0), signature));
  const signed = tlv(signatureTlv, derWrap(0x30, concatBytes(hexBytes(row[0]), bits)));
  const who = 'spki' in approver ? tlv(keyTlv, approver.spki) : tlv(certificateTlv, approver.certificate);
  const length = approvalToBeSigned.byteLength + signed.byteLength + who.byteLength;
  return concatBytes(Uint8Array.of(length, length >> 8, length >> 16, length >> 24), approvalToBeSigned, signed, who);
}

function readSignature(wrapped: Uint8Array): { digest: string; signature: Uint8Array } {
  const outer = scanDer(wrapped, { what: 'approval signature', maxElements: 8 });
  const [algorithm, bits, more] = outer.tag === 0x30 ? derChildren(wrapped, outer) : [];
  if (!algorithm || !bits || more || bits.tag !== 0x03 || wrapped[bits.contents] !== 0) refuse('signature');
  const hex = hexText(wrapped.subarray(algorithm.start, algorithm.end));
  const digest = algorithms.find(([known]) => known === hex)?.[1] ?? refuse('algorithm');
  return { digest, signature: ownBytes(wrapped.subarray(bits.contents + 1, bits.end)) };
}

/** @throws SignError `ERR_MALFORMED` */
export function decodeAuthorizationToken(token: Uint8Array): AuthorizationToken {
  const view = new DataView(token.buffer, token.byteOffset, token.byteLength);
  if (token.byteLength < 8 || view.getUint32(0, true) !== token.byteLength - 4) refuse('length');
  let at = 4 + 4 + view.getUint32(4, true);
  if (at > token.byteLength) refuse('challenge');
  const approvalToBeSigned = ownBytes(token.subarray(4, at));
  const next = (): readonly [number, Uint8Array] => {
    if (at + 4 > token.byteLength) refuse('truncated');
    const length = view.getUint16(at + 2, true);
    const value = token.subarray(at + 4, at + 4 + length);
    const type = view.getUint16(at, true);
    at += 4 + Math.ceil(length / 4) * 4;
    if (at > token.byteLength) refuse('truncated');
    return [type, value];
  };
  const [signedType, wrapped] = next();
  if (signedType !== signatureTlv) refuse('signature expected');
  const [whoType, who] = next();
  if (at !== token.byteLength || (whoType !== keyTlv && whoType !== certificateTlv)) refuse('approver expected');
  const approver = whoType === keyTlv ? { approverPublicKey: base64Text(who) } : { approverCertificate: base64Text(who) };
  return { approvalToBeSigned, ...readSignature(wrapped), approver };
}
