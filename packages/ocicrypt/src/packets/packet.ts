import {
  base64Bytes,
  base64Text,
  canonicalJson,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJsonObject,
  SignError,
  sealOverhead,
  utf8Bytes,
} from '@securosys/core';
import { maxPacketBytes } from '../recipients/annotations.js';
import { isPacketAlgorithm, isSymmetricAlgorithm, type PacketAlgorithm } from './packet-algorithms.js';

/** Version of packets for key pairs alone (`docs/ocicrypt-packet.md`). */
export const packetVersion = 1;
/** Version of packets with a symmetric key among theirs: readers of version 1 alone say what they do not know. */
export const symmetricPacketVersion = 2;
/** Keys that one packet can be for. */
export const maxPacketKeys = 16;
/** Characters of a key's name. */
export const maxKidLength = 256;

/** The content key, encrypted for one key. */
export interface PacketKey {
  /** What the key is called by those who hold it; public. */
  readonly kid: string;
  /** Of a key pair: SHA-256 of its SubjectPublicKeyInfo DER, lower-case hex (S7). */
  readonly spki?: string;
  /** Of a symmetric key: its check value, `keyCheckSha256` of core. */
  readonly check?: string;
  readonly alg: PacketAlgorithm;
  /** The sender's public key for ECDH-ES: SubjectPublicKeyInfo DER. */
  readonly epk?: Uint8Array;
  /** The encrypted content key. */
  readonly ek: Uint8Array;
}

/** What a packet says of its keys; authenticated along with the content. */
export interface PacketHeader {
  readonly kek: readonly PacketKey[];
}

/** A packet as it stands in the annotation, decoded. */
export interface Packet extends PacketHeader {
  /** 12 bytes. */
  readonly iv: Uint8Array;
  /** As long as the private options. */
  readonly ciphertext: Uint8Array;
  /** 16 bytes. */
  readonly tag: Uint8Array;
}

/** Bytes of a sealed content key. */
const sealedKeyBytes = 32 + sealOverhead;

const what = 'packet';
const encryption = 'A256GCM';

const malformed = (why: string): never => {
  throw new SignError('ERR_MALFORMED', `${what} is malformed: ${why}`);
};

const isSymmetric = ({ alg }: Pick<PacketKey, 'alg'>): boolean => isSymmetricAlgorithm(alg);
const versionOf = ({ kek }: PacketHeader): number => (kek.some(isSymmetric) ? symmetricPacketVersion : packetVersion);

function headerJson({ kek }: PacketHeader): JsonObject {
  const keys = kek.map(({ kid, spki, check, alg, epk, ek }) => ({
    kid,
    ...(spki !== undefined && { spki }),
    ...(check !== undefined && { check }),
    alg,
    ...(epk && { epk: base64Text(epk) }),
    ek: base64Text(ek),
  }));
  return { v: versionOf({ kek }), enc: encryption, kek: keys };
}

/** What is authenticated along with the content: version, cipher and all that is said of the keys, as canonical JSON (RFC 8785). */
export function packetAad(header: PacketHeader): Uint8Array<ArrayBuffer> {
  return utf8Bytes(canonicalJson(headerJson(header)));
}

/**
 * What a symmetric key seals along with a content key: what the packet says of this key, and that it is one of ours, so that nothing else that
 * the key sealed is ever taken for a content key.
 */
export function keyAad({ kid, check, alg }: Omit<PacketKey, 'ek'>): Uint8Array<ArrayBuffer> {
  const named = { kid, check: check ?? '', alg };
  return utf8Bytes(canonicalJson({ typ: 'securosys-ocicrypt-packet', v: symmetricPacketVersion, enc: encryption, ...named }));
}

/** The packet as bytes: JSON in UTF-8. */
export function encodePacket(packet: Packet): Uint8Array<ArrayBuffer> {
  const { iv, ciphertext, tag } = packet;
  const content = { iv: base64Text(iv), ct: base64Text(ciphertext), tag: base64Text(tag) };
  return utf8Bytes(JSON.stringify({ ...headerJson(packet), ...content }));
}

function bytesOf(object: JsonObject, name: string, length?: number): Uint8Array {
  const value = object[name];
  if (typeof value !== 'string' || value === '') return malformed(`${name} is missing`);
  const bytes = base64Bytes(value, `${name} of the ${what}`);
  return length === undefined || bytes.byteLength === length ? bytes : malformed(`${name} has a wrong length`);
}

/** Nothing stands beside what the version knows: it would be neither understood nor authenticated. */
function onlyMembers(object: JsonObject, names: readonly string[]): void {
  if (!Object.keys(object).every((name) => names.includes(name))) malformed('it has a member that its version does not know');
}

/** Most names hold nothing but these, and the classes of Unicode take milliseconds to be made: much for a program of one call. */
const plain = /^[ -~]+$/;

/** A name that people and logs can stand: no control characters. */
export function isKid(kid: unknown): kid is string {
  if (typeof kid !== 'string' || kid === '' || kid.length > maxKidLength) return false;
  return plain.test(kid) || (kid.isWellFormed() && !/\p{C}/u.test(kid));
}

const hashOf = (value: JsonValue | undefined, name: string): string =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? value : malformed(`${name} is no SHA-256 hash`);

function keyOf(value: JsonValue, version: number): PacketKey {
  if (!isJsonObject(value)) return malformed('a key is not an object');
  const { kid, alg } = value;
  if (!isKid(kid)) return malformed('kid is no name');
  if (!isPacketAlgorithm(alg) || (isSymmetric({ alg }) && version !== symmetricPacketVersion))
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `${what} names an algorithm that is none of this version`);
  if (isSymmetric({ alg })) {
    onlyMembers(value, ['kid', 'check', 'alg', 'ek']);
    return { kid, check: hashOf(value.check, 'check'), alg, ek: bytesOf(value, 'ek', sealedKeyBytes) };
  }
  onlyMembers(value, ['kid', 'spki', 'alg', 'epk', 'ek']);
  const spki = hashOf(value.spki, 'spki');
  const agreed = alg === 'ECDH-ES+A256KW';
  if (agreed !== (value.epk !== undefined)) malformed('epk stands with ECDH-ES, and with nothing else');
  return { kid, spki, alg, ek: bytesOf(value, 'ek', agreed ? 40 : undefined), ...(agreed && { epk: bytesOf(value, 'epk') }) };
}

/**
 * Reads a packet strictly. Nothing in it has been authenticated.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`; `ERR_ALGORITHM_UNSUPPORTED` for another version or algorithm
 */
export function decodePacket(bytes: Uint8Array): Packet {
  const json = parseJsonObject(bytes, { what, maxBytes: maxPacketBytes, maxDepth: 4, maxValues: 200 });
  const { v, enc, kek } = json;
  if (typeof v !== 'number' || enc === undefined) return malformed('it is not one of this provider');
  if (v !== packetVersion && v !== symmetricPacketVersion)
    throw new SignError(
      'ERR_ALGORITHM_UNSUPPORTED',
      `${what} is of another version than ${packetVersion} and ${symmetricPacketVersion}`,
    );
  if (enc !== encryption) throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `${what} is not encrypted with ${encryption}`);
  onlyMembers(json, ['v', 'enc', 'kek', 'iv', 'ct', 'tag']);
  if (!Array.isArray(kek) || kek.length === 0) return malformed('kek is not a list of keys');
  if (kek.length > maxPacketKeys) throw new SignError('ERR_LIMIT', `${what} is for over ${maxPacketKeys} keys`);
  const keys = kek.map((key) => keyOf(key, v));
  if (v !== versionOf({ kek: keys })) malformed('its version is that of packets with a symmetric key');
  if (new Set(keys.map(({ kid }) => kid)).size !== keys.length) malformed('two of its keys have one name');
  return {
    kek: keys,
    iv: bytesOf(json, 'iv', 12),
    ciphertext: bytesOf(json, 'ct'),
    tag: bytesOf(json, 'tag', 16),
  };
}
