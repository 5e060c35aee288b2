import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { cryptoParameters, type KeySpec, signatureAlgorithmFor, spkiOf } from '@securosys/core';

/** A certificate authority for one run: the root certificate and a function that issues signing certificates. */
export interface Authority {
  readonly root: Uint8Array;
  issue(commonName: string, publicKey: KeyObject): Uint8Array;
}

const day = 86_400_000;

const tlv = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const n = body.length;
  const length = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 255];
  return Buffer.concat([Uint8Array.from([tag, ...length]), body]);
};
const hex = (s: string) => Buffer.from(s, 'hex');
const seq = (...parts: Uint8Array[]) => tlv(0x30, ...parts);
const rdn = (oid: string, value: string, tag = 0x0c) => tlv(0x31, seq(hex(oid), tlv(tag, Buffer.from(value))));
const nameOf = (cn: string) =>
  seq(rdn('0603550406', 'CH', 0x13), rdn('0603550408', 'ZH'), rdn('060355040a', 'bench'), rdn('0603550403', cn));
const time = (ms: number) => tlv(0x17, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));
const algorithms: Record<string, string> = {
  'rsa-pkcs1-sha256': '300d06092a864886f70d01010b0500',
  'rsa-pkcs1-sha384': '300d06092a864886f70d01010c0500',
  'rsa-pkcs1-sha512': '300d06092a864886f70d01010d0500',
  'ecdsa-sha256': '300a06082a8648ce3d040302',
  'ecdsa-sha384': '300a06082a8648ce3d040303',
  'ecdsa-sha512': '300a06082a8648ce3d040304',
};
const critical = hex('0101ff');
const caExtensions = seq(
  seq(hex('0603551d13'), critical, tlv(4, hex('30030101ff'))),
  seq(hex('0603551d0f'), critical, tlv(4, hex('03020106'))),
);
const leafExtensions = seq(
  seq(hex('0603551d0f'), critical, tlv(4, hex('03020780'))),
  seq(hex('0603551d25'), tlv(4, seq(hex('06082b06010505070303')))),
);

export function createAuthority(spec: KeySpec, privateKey: KeyObject, now: number): Authority {
  const algorithm = signatureAlgorithmFor('x509', spec);
  const issuer = nameOf(`bench root ${spec}`);
  let serial = 1;
  const make = (subject: Buffer, publicKey: KeyObject, extensions: Buffer) => {
    const tbs = seq(
      hex('a003020102'),
      tlv(2, hex(`01${(serial++).toString(16).padStart(8, '0')}`)),
      hex(algorithms[algorithm]!),
      issuer,
      seq(time(now - day), time(now + 30 * day)),
      subject,
      spkiOf(publicKey),
      tlv(0xa3, extensions),
    );
    const { hash, parameters } = cryptoParameters(algorithm);
    const signature = sign(hash, tbs, { key: privateKey, ...parameters, dsaEncoding: 'der' });
    return Uint8Array.from(seq(tbs, hex(algorithms[algorithm]!), tlv(3, Buffer.from([0]), signature)));
  };
  return {
    root: make(issuer, createPublicKey(privateKey), caExtensions),
    issue: (commonName, publicKey) => make(nameOf(commonName), publicKey, leafExtensions),
  };
}
