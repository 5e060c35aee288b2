import { algorithmFacts, algorithmFitsKey } from './algorithms.js';
import type { KeyBackend, KeyInfo, SignInput, SignOperation } from './backend.js';
import { equalBytes, hashBytes, ownBytes, sha256Hex } from './bytes.js';
import { classifySigningBytes, type SigningDomain } from './domains.js';
import { invalidArgument, SignError } from './errors.js';
import type { CallOptions } from './options.js';
import type { SignerOptions, SignRequest } from './signer.js';
import type { SignatureVerifier } from './verifier.js';

const pkixDomains = new Set<SigningDomain>(['x509-certificate', 'x509-request', 'x509-crl', 'ocsp-response', 'asn1']);
/** The input as the backend gets it, and the message it stands for (absent only with `allowBlind`). */
export function checkedInput(
  request: SignRequest,
  key: KeyInfo,
  options: SignerOptions,
): { input: SignInput; message: Uint8Array | undefined } {
  const { algorithm, input } = request;
  for (const [name, bytes] of Object.entries(input ?? {}))
    if (bytes !== undefined && !(bytes instanceof Uint8Array)) invalidArgument(`${name} is not a Uint8Array`);
  if (!input) invalidArgument('a sign request needs an input');
  const { hash } = algorithmFacts(algorithm);
  if (!key.spec || !algorithmFitsKey(algorithm, key.spec))
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `${algorithm} cannot be computed with a ${key.spec ?? 'key of this type'}`);
  if (key.blocked) throw new SignError('ERR_KEY_NOT_USABLE', 'the key is blocked');
  if (!key.usages.includes('sign')) throw new SignError('ERR_KEY_NOT_USABLE', 'the key may not sign');
  const message = input.message ?? input.preimage;
  if (input.digest !== undefined) {
    if (!hash) throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `${algorithm} signs messages, not digests`);
    if (message === undefined) {
      if (!options.allowBlind)
        throw new SignError('ERR_BLIND_SIGNING', 'a digest needs its preimage, so that people can see what it stands for');
      const length = { sha256: 32, sha384: 48, sha512: 64 }[hash];
      if (input.digest.byteLength !== length) invalidArgument(`a ${hash} digest has ${length} bytes`);
      return { input: { digest: ownBytes(input.digest) }, message: undefined };
    }
    if (!equalBytes(hashBytes(hash, message), input.digest))
      throw new SignError('ERR_DIGEST_MISMATCH', 'the digest is not that of its preimage');
  }
  if (message === undefined) invalidArgument('a sign request needs a message or a digest');
  checkDomain(message, request.domain, options);
  // People approve what the bytes say, so keys that ask people never get a bare digest (S2). How long a message can be is the
  // backend's business: it knows the way to its approvers.
  if (input.message !== undefined || key.needsApproval !== false) return { input: { message: ownBytes(message) }, message };
  return { input: { digest: ownBytes(input.digest), preimage: ownBytes(message) }, message };
}

/** The context of a request, as the backend gets it. @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkedContext({ algorithm, context }: SignRequest): Uint8Array | undefined {
  if (context === undefined) return undefined;
  if (algorithmFacts(algorithm).family !== 'ml-dsa') invalidArgument(`${algorithm} has no context`);
  if (!(context instanceof Uint8Array) || context.byteLength > 255) invalidArgument('a context is up to 255 bytes');
  return ownBytes(context);
}

function checkDomain(message: Uint8Array, domain: SigningDomain | undefined, options: SignerOptions): void {
  const found = classifySigningBytes(message);
  if (found !== domain) {
    if (found === undefined) throw new SignError('ERR_CROSS_PROTOCOL', `these bytes are not a message of the domain '${domain}'`);
    throw new SignError(
      'ERR_CROSS_PROTOCOL',
      `these bytes are a message of the domain '${found}', not ${domain ? `'${domain}'` : 'opaque data'}`,
    );
  }
  if (domain === undefined && !options.allowOpaque)
    throw new SignError('ERR_CROSS_PROTOCOL', 'these bytes belong to no known format; signing them needs allowOpaque');
  if (domain === 'tsb-approval')
    throw new SignError('ERR_CROSS_PROTOCOL', 'approvals are signed by an approver key, never through a signer');
  if (domain && pkixDomains.has(domain) && !options.allowCertificates)
    throw new SignError('ERR_CROSS_PROTOCOL', 'signing certificates or requests needs allowCertificates');
}

/**
 * Verifies a fresh signature before anybody sees it.
 * @throws SignError `ERR_SIGNATURE_MISMATCH`, `ERR_KEY_CHANGED`
 */
export async function checkSignature(
  backend: KeyBackend,
  { key, verifier }: { key: KeyInfo; verifier: SignatureVerifier },
  { algorithm, context }: Pick<SignOperation, 'algorithm' | 'context'>,
  message: Uint8Array | undefined,
  signature: Uint8Array,
  call: CallOptions,
): Promise<void> {
  if (message === undefined || verifier.verify(algorithm, message, signature, { context })) return;
  // A wrong signature under a label that now means another key is the likelier story; say which it is.
  const now = await backend.describeKey(key.ref, call).catch((error: unknown) => {
    if (SignError.is(error, 'ERR_KEY_CHANGED')) throw error;
    return undefined;
  });
  if (now && sha256Hex(now.spki) !== key.ref.spkiSha256)
    throw new SignError('ERR_KEY_CHANGED', 'the key behind this label changed after it was pinned', {
      details: { expected: key.ref.spkiSha256, found: sha256Hex(now.spki) },
    });
  throw new SignError('ERR_SIGNATURE_MISMATCH', 'the backend returned a signature that does not verify for these bytes');
}
