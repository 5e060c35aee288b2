import { type CallOptions, equalBytes, type KeyAssurance, SignError, type SignErrorCode, type Signer } from '@securosys/core';

/** A credential may use a key that it may not describe. */
const mayNotAsk: readonly SignErrorCode[] = ['ERR_AUTHENTICATION', 'ERR_FORBIDDEN', 'ERR_CAPABILITY_MISSING'];

/**
 * Where the private key of a request that was taken up lives, asked of its backend anew: a run that has nothing but a store believes nobody else about it (S34).
 * Where the credential may not ask, it is what a backend's bare word is: self-reported.
 * @throws SignError `ERR_KEY_CHANGED`, and those of the backend
 */
export async function askedAssurance(signer: Signer, call: CallOptions): Promise<KeyAssurance> {
  const { spki, assurance } = await signer.describe(call);
  if (assurance !== 'self-reported') return assurance;
  try {
    const told = await signer.backend.describeKey(signer.ref, call);
    if (!equalBytes(told.spki, spki))
      throw new SignError('ERR_KEY_CHANGED', 'the key behind this reference is not the one that the request is for');
    return told.assurance;
  } catch (error) {
    if (SignError.is(error) && mayNotAsk.includes(error.code)) return assurance;
    throw error;
  }
}
