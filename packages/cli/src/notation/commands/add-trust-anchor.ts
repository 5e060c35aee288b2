import { join } from 'node:path';
import { invalidArgument } from '@securosys/core';
import { notationConfigFolder } from '@securosys/notation-envelope';
import { parseCertificates, pemText } from '@securosys/pki';
import { readNamedFile } from '../../files/read-file.js';
import { makeOwnFolder, writeOwnFile } from '../../files/write-file.js';
import type { Command } from './command.js';
import { neededValue, textValue } from './key-work.js';

const storeForm = /^(ca|signingAuthority|tsa):([A-Za-z0-9_-][A-Za-z0-9_.-]{0,63})$/;

/** Trusts a certificate: no other command does (S29). */
export const command: Command = {
  help: `Puts a certificate into a trust store of Notation: from then on, whatever it
vouches for can be trusted by a trust policy that names the store.

  --certificate <path>     one certificate, PEM or DER
  --fingerprint <sha256>   what you know of it from elsewhere: SHA-256, hex
  --store <type:name>      default ca:securosysTrustStore`,
  options: { certificate: { type: 'string' }, fingerprint: { type: 'string' }, store: { type: 'string' } },
  run: async (values, process) => {
    const store = textValue(values, 'store') ?? 'ca:securosysTrustStore';
    const [, type, name] =
      storeForm.exec(store) ?? invalidArgument('--store is not type:name, with type ca, signingAuthority or tsa');
    const fingerprint = neededValue(values, 'fingerprint')
      .toLowerCase()
      .replace(/^sha256:|:/g, '');
    const file = await readNamedFile(neededValue(values, 'certificate'), 'the certificate', 'any');
    const certificates = parseCertificates(file);
    const [certificate] = certificates;
    if (!certificate || certificates.length !== 1) return invalidArgument('the file holds more than one certificate');
    const { thumbprint, subjectText, der } = certificate;
    if (fingerprint !== thumbprint) return invalidArgument(`the fingerprint of the certificate is another one: ${thumbprint}`);
    const folder = join(notationConfigFolder({ env: process.env }), 'truststore', 'x509', type as string, name as string);
    await makeOwnFolder(folder);
    const path = join(folder, `${thumbprint}.pem`);
    await writeOwnFile(path, pemText(der, 'CERTIFICATE'));
    return {
      text: `trusted by ${store}: ${subjectText}\n  sha256:${thumbprint}\n  ${path}`,
      json: { store, subject: subjectText, thumbprint, path },
    };
  },
};
