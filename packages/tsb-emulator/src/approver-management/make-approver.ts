import { generateKeyPair, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { ownBytes, spkiOf } from '@securosys/core';
import { algorithmIdentifier } from '../crypto/x509/algorithm-identifier.js';
import { loadAsn1 } from '../crypto/x509/asn1.js';
import { issuerExtensions, useExtensions } from '../crypto/x509/extensions.js';
import { subjectName } from '../crypto/x509/subject.js';
import { buildTbs, signedDer } from '../crypto/x509/tbs-certificate.js';
import { failure } from '../failure.js';
import { defaultApproverKeySize } from '../inferred.js';
import type { ApproverRecord } from './approver-record.js';
import { newOneTimeCode } from './approver-store.js';
import { writePkcs12 } from './pkcs12.js';

/** An approver to be made. */
export interface AskedApprover {
  readonly name: string;
  /** Bits. */
  readonly keySize?: number | undefined;
  readonly backupPassword: string;
  readonly days: number;
}

const generate = promisify(generateKeyPair);
const sizes = [2048, 3072, 4096];
const algorithm = 'SHA256_WITH_RSA';

/** The file that an approver fetches, under a backup password. */
export function approverFile(
  { name, privateKey, certificate }: Pick<ApproverRecord, 'name' | 'privateKey' | 'certificate'>,
  backupPassword: string,
): Uint8Array {
  const pkcs8 = ownBytes(privateKey.export({ format: 'der', type: 'pkcs8' }));
  return writePkcs12({ privateKey: pkcs8, certificate, password: backupPassword, alias: name });
}

/**
 * An RSA key with a self-signed certificate in the approver's name, marked as emulated (threat model S34), in a file of its own.
 * @param now seconds since 1970
 * @throws SignError with the TSB error 603 for another size of key
 */
export async function makeApprover({ name, keySize, backupPassword, days }: AskedApprover, now: number): Promise<ApproverRecord> {
  const modulusLength = keySize ?? defaultApproverKeySize;
  if (!sizes.includes(modulusLength)) throw failure(603, `an approver's RSA key has ${sizes.join(', ')} bits`);
  const asn1 = await loadAsn1();
  const subject = subjectName(asn1, { commonName: name });
  const { privateKey } = await generate('rsa', { modulusLength });
  const spki = spkiOf(privateKey);
  const identifier = algorithmIdentifier(algorithm, 'rsa');
  const tbs = buildTbs(asn1, {
    ...{ subject, spki, issuer: subject, issuerSpki: spki, algorithm: identifier, notBefore: now, days },
    extensions: [...useExtensions(asn1, { keyUsage: ['DIGITAL_SIGNATURE'] }), ...issuerExtensions(asn1, false)],
  });
  const certificate = signedDer(tbs, identifier, sign('sha256', tbs, privateKey));
  const made = { name, privateKey, certificate };
  return { ...made, file: approverFile(made, backupPassword), oneTimeCode: newOneTimeCode(), onboarded: false };
}
