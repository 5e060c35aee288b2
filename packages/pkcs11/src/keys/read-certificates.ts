import { type CallOptions, hexText, ownBytes, SignError } from '@securosys/core';
import { CKA, CKC, CKO } from '../cryptoki/attributes.js';
import type { Template } from '../token/template.js';
import type { TokenCalls } from '../token/token-calls.js';
import { type CertificateFields, certificateFields } from './certificate-fields.js';
import { keyOfCertificate } from './certificate-key.js';
import { isIssuer, isRoot, maxChain } from './chain-order.js';
import { bytes, ulong } from './entries.js';
import { objectTemplate } from './key-query.js';
import type { TokenKey } from './token-key.js';
import { bytesOf } from './values.js';

/** What is no certificate that this runtime reads is passed over: a token holds what others put there. */
function readable(der: Uint8Array | undefined): CertificateFields | undefined {
  try {
    const fields = der && certificateFields(der);
    if (fields) keyOfCertificate(fields.certificate);
    return fields;
  } catch (error) {
    if (SignError.is(error)) return undefined;
    throw error;
  }
}

async function search(calls: TokenCalls, template: Template, options: CallOptions): Promise<CertificateFields[]> {
  const found = await calls.find([...template, ulong(CKA.CERTIFICATE_TYPE, CKC.X_509)], [CKA.VALUE], options);
  return found.map(({ attributes }) => readable(bytesOf(attributes, CKA.VALUE))).filter((fields) => fields !== undefined);
}

/** The newer first; which of two equally new ones does not depend on the order in which the module lists them. */
function byAge(a: CertificateFields, b: CertificateFields): number {
  const age = Date.parse(b.certificate.validFrom) - Date.parse(a.certificate.validFrom);
  return age !== 0 ? age : hexText(a.der) < hexText(b.der) ? -1 : 1;
}

/** The certificate that holds the key: with its CKA_ID, else any with its public key. */
async function leafOf(
  calls: TokenCalls,
  { id, publicKey }: TokenKey,
  options: CallOptions,
): Promise<CertificateFields | undefined> {
  const templates = [
    ...(id.byteLength > 0 ? [objectTemplate(CKO.CERTIFICATE, { id })] : []),
    objectTemplate(CKO.CERTIFICATE, {}),
  ];
  for (const template of templates) {
    const found = await search(calls, template, options);
    const own = found.filter(({ certificate }) => keyOfCertificate(certificate).equals(publicKey)).sort(byAge);
    if (own[0]) return own[0];
  }
  return undefined;
}

/**
 * The chain of a key, DER, leaf first, as far as the token has it; empty when the token has no certificate of the key. A certificate
 * belongs to a key by its public key, and to the next one by name and signature; nothing is said about trust.
 */
export async function readCertificates(calls: TokenCalls, key: TokenKey, options: CallOptions): Promise<Uint8Array[]> {
  const chain: CertificateFields[] = [];
  let next = await leafOf(calls, key, options);
  while (next && chain.length < maxChain) {
    const child = next;
    chain.push(child);
    if (isRoot(child)) break;
    const parents = await search(calls, [...objectTemplate(CKO.CERTIFICATE, {}), bytes(CKA.SUBJECT, child.issuer)], options);
    next = parents.filter((parent) => isIssuer(child, parent)).sort(byAge)[0];
  }
  return chain.map(({ der }) => ownBytes(der));
}
