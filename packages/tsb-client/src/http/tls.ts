import type { SecureContext } from 'node:tls';
import { invalidArgument, nodeCrypto, utf8Text } from '@securosys/core';
import { askSecret, passwordText, type SecretSource } from './secret.js';

/** PEM, as text or as the bytes of a file, or a function that fetches it. */
export type PemSource = SecretSource<string | Uint8Array>;

/** One or more PEM documents of root certificates. */
export type CertificateAuthorities = string | Uint8Array | readonly (string | Uint8Array)[];

/** Whose certificate a client shows to the server. */
export interface ClientIdentity {
  readonly certificate: PemSource;
  readonly privateKey: PemSource;
  readonly passphrase?: SecretSource | undefined;
}

/** TLS options of a connection: the server is always verified, whatever the environment says (S40). */
export interface TlsOptions {
  readonly rejectUnauthorized: true;
  readonly secureContext?: SecureContext;
}

const certificateBlock = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+?-----END CERTIFICATE-----/g;

/** @throws SignError `ERR_INVALID_ARGUMENT` for what is no PEM; never quotes it */
function pemText(value: unknown, what: string): string {
  const text = value instanceof Uint8Array ? utf8Text(value, what) : value;
  if (typeof text !== 'string' || !text.includes('-----BEGIN ') || text.length > 1 << 20)
    invalidArgument(`${what} must be PEM text, or its bytes, not a path`);
  return text;
}

/** Refuses what cannot be PEM, before anything is sent. Functions are asked later. */
export function checkPemSource(source: unknown, what: string): void {
  if (typeof source !== 'function') pemText(source, what);
}

/**
 * The certificates in PEM documents.
 * @throws SignError `ERR_INVALID_ARGUMENT` when a document holds none, or one that cannot be read
 */
export function authorityTexts(given: CertificateAuthorities, what = 'ca'): string[] {
  const documents = Array.isArray(given) ? (given as readonly unknown[]) : [given];
  if (documents.length === 0) invalidArgument(`${what} must hold at least one certificate`);
  return documents.flatMap((document) => {
    const blocks = pemText(document, what).match(certificateBlock) ?? invalidArgument(`${what} holds no certificate`);
    for (const block of blocks) if (!isCertificate(block)) invalidArgument(`${what} holds a certificate that cannot be read`);
    return blocks;
  });
}

function isCertificate(pem: string): boolean {
  try {
    return new (nodeCrypto().X509Certificate)(pem).raw.byteLength > 0;
  } catch {
    return false;
  }
}

const pemOf = async (source: PemSource, what: string): Promise<string> =>
  pemText(typeof source === 'function' ? await source() : source, what);

/**
 * Options for connections that trust only `ca` (the runtime's roots when absent) and show `identity`.
 * @throws SignError `ERR_INVALID_ARGUMENT` when certificate, key and passphrase do not fit together; what a function of the caller
 * rejects with, unchanged
 */
export async function tlsOptions(
  ca: CertificateAuthorities | undefined,
  identity: ClientIdentity | undefined,
): Promise<TlsOptions> {
  if (ca === undefined && !identity) return { rejectUnauthorized: true };
  const authorities = ca === undefined ? undefined : authorityTexts(ca);
  const shown = identity && {
    cert: await pemOf(identity.certificate, 'certificate'),
    key: await pemOf(identity.privateKey, 'privateKey'),
    ...(identity.passphrase !== undefined && {
      passphrase: await askSecret(identity.passphrase, 'passphrase', passwordText),
    }),
  };
  return { rejectUnauthorized: true, secureContext: secureContext({ ...(authorities && { ca: authorities }), ...shown }) };
}

function secureContext(options: Parameters<typeof import('node:tls').createSecureContext>[0]): SecureContext {
  try {
    return process.getBuiltinModule('node:tls').createSecureContext(options);
  } catch (error) {
    // The reason is a name of OpenSSL, such as ERR_OSSL_X509_KEY_VALUES_MISMATCH; its text is not passed on.
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason = /^ERR_[A-Z0-9_]{1,60}$/.test(code) ? `: ${code}` : '';
    return invalidArgument(`certificate, privateKey and passphrase cannot be used together${reason}`);
  }
}
