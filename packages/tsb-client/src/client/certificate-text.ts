import { base64Bytes, ownBytes, SignError, scanDer } from '@securosys/core';
import { pemBlocks } from '@securosys/pki';
import type { CertificateAnswer } from '../api/stored-certificates.js';

const pemBlock = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+?)-----END CERTIFICATE-----/g;
/** RFC 7468 has the first; the HSM writes the second. */
const requestLabels = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'];
const maxRequestBytes = 64 * 1024;

/** What is wrong with an answer is the server's doing. */
function fromServer<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!SignError.is(error)) throw error;
    throw new SignError('ERR_PROTOCOL', error.message, { cause: error });
  }
}

/**
 * DER certificates of an answer: PEM blocks, or one base64 text (both exist, `tsb-rest-api.md` §2.7 and §8, 7). Certificates
 * are scanned before anybody parses them; none is no error.
 * @throws SignError `ERR_PROTOCOL`
 */
export function certificatesOf(answer: CertificateAnswer): Uint8Array<ArrayBuffer>[] {
  const text = answer.certificate ?? answer.rawCertificate;
  if (!text) return [];
  const blocks = [...text.matchAll(pemBlock)].map((match) => match[1] ?? '');
  const bodies = text.includes('-----BEGIN') ? blocks : [text];
  return fromServer(() => {
    if (bodies.length === 0 || bodies.length > 10)
      throw new SignError('ERR_MALFORMED', 'certificate answer holds no certificate');
    return bodies.map((body) => {
      const der = base64Bytes(body.replace(/\s+/g, ''), 'certificate');
      scanDer(der, { what: 'certificate' });
      return ownBytes(der);
    });
  });
}

/** The certificate that a call was to make. @throws SignError `ERR_PROTOCOL` also when the answer holds none */
export function madeCertificate(answer: CertificateAnswer): Uint8Array<ArrayBuffer> {
  const [certificate] = certificatesOf(answer);
  if (!certificate) throw new SignError('ERR_PROTOCOL', 'the answer holds no certificate');
  return certificate;
}

/**
 * The certificate that an executed request made, DER. Older servers answer an asynchronous self-signing with the text `true`; the
 * certificate is then read from the key (§8, 6).
 * @param result as `requests.get` has it
 * @param stored reads the certificates of the key
 * @throws SignError `ERR_PROTOCOL`
 */
export async function certificateOfResult(
  result: string | null,
  stored: () => Promise<readonly Uint8Array[]>,
): Promise<Uint8Array> {
  if (result?.trim() !== 'true') return madeCertificate({ certificate: result ?? undefined });
  const [certificate] = await stored();
  if (!certificate) throw new SignError('ERR_PROTOCOL', 'the request was executed, but its key holds no certificate');
  return certificate;
}

/**
 * A certificate signing request of an answer, DER (PKCS#10): PEM under either of its labels.
 * @throws SignError `ERR_PROTOCOL`
 */
export function csrOfText(text: string): Uint8Array<ArrayBuffer> {
  return fromServer(() => {
    if (text.length > maxRequestBytes)
      throw new SignError('ERR_LIMIT', `a signing request is over ${maxRequestBytes} characters`);
    const [block, ...others] = pemBlocks(text);
    if (!block || others.length > 0 || !requestLabels.includes(block.label))
      throw new SignError('ERR_MALFORMED', 'the answer is not one certificate signing request');
    scanDer(block.bytes, { what: 'certificate signing request' });
    return ownBytes(block.bytes);
  });
}

/** The same of a downloaded file, which may be DER already. @throws SignError `ERR_PROTOCOL` */
export function csrOfFile(file: Uint8Array): Uint8Array<ArrayBuffer> {
  const der = file[0] === 0x30 && (file[1] ?? 0) >= 0x80;
  return fromServer(() => {
    if (file.byteLength > maxRequestBytes) throw new SignError('ERR_LIMIT', `a signing request is over ${maxRequestBytes} bytes`);
    if (!der) return csrOfText(Buffer.from(file.buffer, file.byteOffset, file.byteLength).toString('latin1'));
    scanDer(file, { what: 'certificate signing request' });
    return ownBytes(file);
  });
}
