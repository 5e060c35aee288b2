import { type CallOptions, ownBytes, SignError, sha256Hex, utf8Text } from '@securosys/core';
import { parseCertificate } from '@securosys/pki';
import type { BackendParts } from '../backend/parts.js';
import { certificateOfResult, csrOfText } from '../client/certificate-text.js';
import { assertIssued, assertRequested, commonNamesOf, readRequest } from './certificate-checks.js';
import type { TsbActIdentity, TsbActKind } from './identity.js';
import { keyAfter, type TsbKeyChange } from './key-change.js';

/** What each kind of act results in. */
export interface TsbResults {
  /** The plaintext. */
  readonly decrypt: Uint8Array;
  readonly unwrap: TsbKeyChange;
  readonly block: TsbKeyChange;
  readonly unblock: TsbKeyChange;
  readonly modify: TsbKeyChange;
  /** PKCS#10, DER. */
  readonly csr: Uint8Array;
  /** DER. */
  readonly 'self-sign': Uint8Array;
  /** DER. */
  readonly 'certificate-sign': Uint8Array;
}

/** Takes the result of one act, checking that it is what was asked for. */
type Accept<T> = (parts: BackendParts, identity: TsbActIdentity, result: Uint8Array, options: CallOptions) => Promise<T>;

function wrong(what: string): never {
  throw new SignError('ERR_FACTS_MISMATCH', `the TSB answered with a certificate that was not asked for: ${what}`);
}

function assertKey(expected: string | undefined, found: string): void {
  if (expected !== undefined && expected !== found) wrong('it is for another key');
}

function assertName({ commonName }: TsbActIdentity, subject: Uint8Array): void {
  if (commonName !== undefined && !commonNamesOf(subject).includes(commonName)) wrong('it is for another name');
}

/** An act on a key that has no result but the key itself. */
const changed: Accept<TsbKeyChange> = (parts, { keyLabel }, _, options) => keyAfter(parts, keyLabel, options);

const request: Accept<Uint8Array> = async (_, identity, result) => {
  const found = readRequest(csrOfText(utf8Text(result)));
  assertRequested(found, identity.algorithm as string);
  assertKey(identity.spkiSha256, found.spkiSha256);
  assertName(identity, found.subjectDer);
  return found.der;
};

const certificate: Accept<Uint8Array> = async (parts, identity, result, options) => {
  const { keyLabel, algorithm, spkiSha256, subjectSpkiSha256, kind } = identity;
  const selfSigned = kind === 'self-sign';
  const text = utf8Text(result);
  const der = await certificateOfResult(text, () => parts.client.certificates.get(keyLabel, options));
  const found = parseCertificate(der);
  const ref = { label: keyLabel, ...(spkiSha256 !== undefined && { spkiSha256 }) };
  const issuer = selfSigned ? found.spki : (await parts.keys.get(ref, options)).spki;
  // A credential that may not read the issuing key takes the TSB's word for the signature, and for nothing else.
  if (issuer) assertIssued(found, algorithm as string, issuer);
  assertKey(selfSigned ? spkiSha256 : subjectSpkiSha256, sha256Hex(found.spki));
  assertName(identity, found.subjectDer);
  if ((found.basicConstraints?.ca === true) !== (identity.authority === 'yes'))
    wrong(identity.authority === 'yes' ? 'it is no authority' : 'it is an authority');
  return ownBytes(der);
};

/** How each kind of result is taken. */
export const accepting: { readonly [K in TsbActKind]: Accept<TsbResults[K]> } = {
  decrypt: async (_, __, result) => ownBytes(result),
  unwrap: async (parts, { newKeyLabel }, _, options) => keyAfter(parts, newKeyLabel as string, options),
  block: changed,
  unblock: changed,
  modify: changed,
  csr: request,
  'self-sign': certificate,
  'certificate-sign': certificate,
};
