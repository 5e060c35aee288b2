import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { TlsOptions as NodeTlsOptions, SecureContextOptions } from 'node:tls';
import { type Clock, spkiOf } from '@securosys/core';
import { signed } from '../certificate-authority.js';
import type { Material } from '../store/material.js';
import { issueLeaf } from './issue-leaf.js';
import type { TlsMaterial, TlsOptions } from './tls-options.js';

const day = 86_400_000;
const skew = 300_000;

const ecKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const keyPem = (key: KeyObject) => key.export({ format: 'pem', type: 'pkcs8' }).toString();

/** What the server listens with, and what its clients need. */
export interface ServerTls {
  readonly node: SecureContextOptions & NodeTlsOptions;
  readonly material: TlsMaterial;
}

/** A root for this emulator's TLS only, with certificates under it. A data folder keeps the root, so that clients may pin it. */
async function openAuthority(clock: Clock, material: Material) {
  const { parseCertificate, pemText, prepareCertificate } = await import('@securosys/pki');
  const key = material.key('tls authority', ecKey);
  const now = clock.now() - skew;
  const subject = 'CN=Emulated TLS root,O=Never trust this,ST=Nowhere,C=CH';
  const kept = material.read('tls authority root');
  const make = async () => {
    const validity = { notBefore: now, notAfter: now + 3650 * day };
    return signed(
      await prepareCertificate({ subject, key: { spki: spkiOf(key) }, validity, profile: 'ca', emulated: true }),
      key,
    );
  };
  const root = kept ?? (await make());
  if (!kept) material.keep('tls authority root', root);
  const issuer = { certificate: parseCertificate(root), key };
  return {
    root: pemText(root, 'CERTIFICATE'),
    async issue(purpose: 'server' | 'client', hosts: readonly string[]) {
      const own = ecKey();
      const validity = { notBefore: now, notAfter: now + 365 * day };
      const der = await issueLeaf({ name: `Emulated TSB ${purpose}`, key: own, issuer, purpose, hosts, validity });
      return { certificate: pemText(der, 'CERTIFICATE'), privateKey: keyPem(own) };
    },
  };
}

/** Makes what the options leave out: the chain of the server, and the certificate of one client when certificates are asked for. */
export async function serverTls(
  options: TlsOptions,
  hosts: readonly string[],
  clock: Clock,
  material: Material,
): Promise<ServerTls> {
  const { clientAuth = 'none' } = options;
  const authority = await openAuthority(clock, material);
  const given = options.certificate !== undefined;
  const server = given ? options : await authority.issue('server', hosts);
  const makesClient = clientAuth !== 'none' && options.clientCa === undefined;
  const client = makesClient ? await authority.issue('client', []) : undefined;
  return {
    node: {
      cert: server.certificate,
      key: server.privateKey,
      minVersion: 'TLSv1.2',
      ...(clientAuth !== 'none' && {
        ca: options.clientCa ?? authority.root,
        requestCert: true,
        rejectUnauthorized: clientAuth === 'need',
      }),
    },
    material: {
      ...(!given && { ca: authority.root }),
      ...(client && { clientCertificate: client.certificate, clientPrivateKey: client.privateKey }),
    },
  };
}
