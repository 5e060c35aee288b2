import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** DER, as much of it as a certificate for TLS needs: the SDK's own builder makes none with names of servers. */
const der = (tag: number, ...parts: (Uint8Array | number[])[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
};
const sequence = (...parts: (Uint8Array | number[])[]) => der(0x30, ...parts);
const oid = (...bytes: number[]) => der(0x06, bytes);
const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
const name = (cn: string) => sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(cn)))));
const time = (date: string) => der(0x18, Buffer.from(date));
const extension = (id: number, value: Uint8Array, critical = false) =>
  sequence(oid(0x55, 0x1d, id), ...(critical ? [der(0x01, [255])] : []), der(0x04, value));

export interface Issued {
  readonly cn: string;
  readonly privateKey: KeyObject;
  /** The certificate. */
  readonly pem: string;
  /** PKCS#8. */
  readonly keyPem: string;
}

let serial = 1;

/** An EC P-256 certificate for these DNS names and IPv4 addresses; self-signed, and a CA, without an issuer. */
export function issueTls(cn: string, issuer?: Issued, hosts: readonly string[] = [], until = '20991231235959Z'): Issued {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const names = hosts.map((host) =>
    /^[\d.]+$/.test(host) ? der(0x87, host.split('.').map(Number)) : der(0x82, Buffer.from(host)),
  );
  const extensions = [
    ...(issuer ? [] : [extension(0x13, sequence(der(0x01, [255])), true)]),
    ...(hosts.length > 0 ? [extension(0x11, sequence(...names))] : []),
  ];
  const tbs = sequence(
    der(0xa0, der(0x02, [2])),
    der(0x02, [serial++]),
    ecdsaWithSha256,
    name(issuer?.cn ?? cn),
    sequence(time('20200101000000Z'), time(until)),
    name(cn),
    publicKey.export({ format: 'der', type: 'spki' }),
    ...(extensions.length > 0 ? [der(0xa3, sequence(...extensions))] : []),
  );
  const signature = sign('sha256', tbs, issuer?.privateKey ?? privateKey);
  const body = sequence(tbs, ecdsaWithSha256, der(0x03, [0], signature)).toString('base64');
  const pem = `-----BEGIN CERTIFICATE-----\n${body.match(/.{1,64}/g)?.join('\n')}\n-----END CERTIFICATE-----\n`;
  return { cn, privateKey, pem, keyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() };
}
