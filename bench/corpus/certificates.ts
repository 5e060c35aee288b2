import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import {
  concatBytes,
  cryptoParameters,
  derWrap,
  type KeySpec,
  type SignatureAlgorithm,
  signatureAlgorithmFor,
  spkiOf,
  utf8Bytes,
} from '@securosys/core';

/** A certificate authority for one run. Written out here, so that what is measured does not make its own input. */
export interface Authority {
  /** Self-signed, DER. */
  readonly root: Uint8Array;
  /** A signing certificate for this key, DER; `commonName` tells it from the others. */
  issue(commonName: string, key: KeyObject): Uint8Array;
}

const dayMs = 86_400_000;
const sequence = (...parts: Uint8Array[]) => derWrap(0x30, concatBytes(...parts));
const der = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

/** RFC 4055 §5 and RFC 5758 §3.2. */
const identifiers: Partial<Record<SignatureAlgorithm, Uint8Array>> = {
  'rsa-pkcs1-sha256': der('300d06092a864886f70d01010b0500'),
  'rsa-pkcs1-sha384': der('300d06092a864886f70d01010c0500'),
  'rsa-pkcs1-sha512': der('300d06092a864886f70d01010d0500'),
  'ecdsa-sha256': der('300a06082a8648ce3d040302'),
  'ecdsa-sha384': der('300a06082a8648ce3d040303'),
  'ecdsa-sha512': der('300a06082a8648ce3d040304'),
};

/** Object identifier, and TRUE where the extension is critical, before the value. */
const basicConstraintsCa = sequence(der('0603551d130101ff'), derWrap(0x04, der('30030101ff')));
const keyUsage = (bits: string) => sequence(der('0603551d0f0101ff'), derWrap(0x04, der(bits)));
const codeSigning = sequence(der('0603551d25'), derWrap(0x04, der('300a06082b06010505070303')));
const rootExtensions = sequence(basicConstraintsCa, keyUsage('03020106'));
const leafExtensions = sequence(keyUsage('03020780'), codeSigning);

const attribute = (oid: string, tag: number, value: string) =>
  derWrap(0x31, sequence(derWrap(0x06, der(oid)), derWrap(tag, utf8Bytes(value))));

/** C, ST and O are what a trusted identity of a Notary trust policy must name. */
const nameOf = (commonName: string) =>
  sequence(
    attribute('550406', 0x13, 'CH'),
    attribute('550408', 0x0c, 'ZH'),
    attribute('55040a', 0x0c, 'bench'),
    attribute('550403', 0x0c, commonName),
  );

const utcTime = (ms: number) => derWrap(0x17, utf8Bytes(`${new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14)}Z`));

/** An authority whose certificates (RFC 5280 §4.1) are valid from a day before `now` to thirty days after. */
export function createAuthority(spec: KeySpec, privateKey: KeyObject, now: number): Authority {
  const algorithm = signatureAlgorithmFor('x509', spec);
  const identifier = identifiers[algorithm]!;
  const { hash, parameters } = cryptoParameters(algorithm);
  const issuer = nameOf(`bench root ${spec}`);
  let serial = 0x1000_0000;
  const certificate = (subject: Uint8Array, key: KeyObject, extensions: Uint8Array) => {
    const tbs = sequence(
      der('a003020102'),
      derWrap(0x02, der((serial++).toString(16))),
      identifier,
      issuer,
      sequence(utcTime(now - dayMs), utcTime(now + 30 * dayMs)),
      subject,
      spkiOf(key),
      derWrap(0xa3, extensions),
    );
    const signature = sign(hash, tbs, { key: privateKey, ...parameters, dsaEncoding: 'der' });
    return sequence(tbs, identifier, derWrap(0x03, concatBytes(Uint8Array.of(0), signature)));
  };
  return {
    root: certificate(issuer, createPublicKey(privateKey), rootExtensions),
    issue: (commonName, key) => certificate(nameOf(commonName), key, leafExtensions),
  };
}
