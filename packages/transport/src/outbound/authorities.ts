import type { SecureContext } from 'node:tls';
import { invalidArgument, nodeCrypto, utf8Text } from '@securosys/core';

/** One or more PEM documents of root certificates: their text, or the bytes of their files. */
export type RootCertificates = string | Uint8Array | readonly (string | Uint8Array)[];

/** TLS options of a connection: the server is always verified, whatever the environment says (S40). */
export interface TlsOptions {
  readonly rejectUnauthorized: true;
  readonly secureContext?: SecureContext;
}

const certificateBlock = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+?-----END CERTIFICATE-----/g;

function isCertificate(pem: string): boolean {
  try {
    return new (nodeCrypto().X509Certificate)(pem).raw.byteLength > 0;
  } catch {
    return false;
  }
}

/**
 * The certificates in PEM documents.
 * @throws SignError `ERR_INVALID_ARGUMENT` when a document holds none, or one that cannot be read
 */
export function certificateTexts(given: RootCertificates, what: string): string[] {
  const documents = Array.isArray(given) ? (given as readonly unknown[]) : [given];
  if (documents.length === 0) invalidArgument(`${what} must hold at least one certificate`);
  return documents.flatMap((document) => {
    const text = document instanceof Uint8Array ? utf8Text(document, what) : document;
    if (typeof text !== 'string' || text.length > 1 << 20)
      return invalidArgument(`${what} must be PEM text, or its bytes, not a path`);
    const blocks = text.match(certificateBlock) ?? invalidArgument(`${what} holds no certificate`);
    for (const block of blocks) if (!isCertificate(block)) invalidArgument(`${what} holds a certificate that cannot be read`);
    return [...blocks];
  });
}

/** Options for connections that trust only `certificates`, or the runtime's roots when there are none. */
export async function tlsOptions(certificates: readonly string[] | undefined): Promise<TlsOptions> {
  if (!certificates) return { rejectUnauthorized: true };
  const { createSecureContext } = await import('node:tls');
  return { rejectUnauthorized: true, secureContext: createSecureContext({ ca: [...certificates] }) };
}
