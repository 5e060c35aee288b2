import { equalBytes, invalidArgument, knownOptions, SignError } from '@securosys/core';
import { type Certificate, parseCertificate } from '@securosys/pki';
import type { PacketWriter, Recipient } from '../recipient.js';
import { readPkcs7 } from './read-pkcs7.js';
import { writePkcs7 } from './write-pkcs7.js';

/** Whom a pkcs7 packet is for. */
export interface Pkcs7RecipientOptions {
  /** X.509, DER, with RSA keys. Neither their issuers nor their validity are checked: name the ones that you mean. */
  certificates: readonly Uint8Array[];
}

function checked(der: Uint8Array): Certificate {
  const certificate = parseCertificate(der);
  if (!certificate.spec?.startsWith('rsa-'))
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'pkcs7 is for certificates with RSA keys of 2048 to 4096 bits');
  return certificate;
}

/** What was written names the certificates as they name themselves: readers compare bytes. */
async function written(optsdata: Uint8Array, certificates: readonly Certificate[]): Promise<Uint8Array> {
  const packet = await writePkcs7(optsdata, certificates);
  const { recipients } = readPkcs7(packet);
  certificates.forEach(({ issuerDer, serial }, at) => {
    const recipient = recipients[at];
    if (!recipient || recipient.serial !== serial || !equalBytes(recipient.issuerDer, issuerDer))
      invalidArgument("the issuer's name of a certificate is not encoded as this library would encode it");
  });
  return packet;
}

/**
 * Recipients of the scheme `pkcs7`: people with a certificate and any tool that knows ocicrypt. The format has PKCS#1 v1.5 and nothing
 * better; prefer jwe where you can choose.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`, `ERR_ALGORITHM_UNSUPPORTED`
 */
export function pkcs7Recipient(options: Pkcs7RecipientOptions): Recipient {
  knownOptions('pkcs7Recipient', options, ['certificates']);
  const certificates = options.certificates.map(checked);
  if (certificates.length === 0) invalidArgument('pkcs7Recipient needs a certificate');
  const writer: PacketWriter = {
    async wrap(optsdata, _layer, { signal } = {}) {
      signal?.throwIfAborted();
      return written(optsdata, certificates);
    },
    close: () => undefined,
  };
  return { scheme: 'pkcs7', startImage: async () => writer };
}
