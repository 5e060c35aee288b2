import { invalidArgument, type KeyPurpose, type KeySpec, keySpecs, knownOptions, SignError } from '@securosys/core';
import type { Template } from '../token/template.js';
import { curveBySpec } from './curves.js';
import type { NewKey } from './key-templates.js';

/** How a key is made, beyond what the standard call says. */
export interface NewKeyOptions {
  /** Lets the key leave the token, wrapped by another key. Default `false`. */
  extractable?: boolean;
  /** An extractable key is wrapped only by keys that the security officer marked as trusted. Default `false`. */
  wrapWithTrusted?: boolean;
  /** CKM_… that the key may be used with. Default: all that fit its purpose. */
  allowedMechanisms?: readonly number[];
  /** Attributes of a vendor for the private key, by the numbers of the vendor's header. What this package sets cannot be set here. */
  extraPrivateTemplate?: Template;
  /** Keeps a key that came out weaker than asked for. Default `false`: it is destroyed and the call fails. */
  allowWeakAttributes?: boolean;
}

const names: readonly (keyof NewKeyOptions)[] = [
  'extractable',
  'wrapWithTrusted',
  'allowedMechanisms',
  'extraPrivateTemplate',
  'allowWeakAttributes',
];

/** Refuses unknown members of the options for a new key. */
export function knownNewKeyOptions(where: string, options: object): void {
  knownOptions(where, options, [...names, 'signal', 'timeoutMs', 'logger']);
}

/** Longest label; token and other tools cut or refuse longer ones. */
const maxLabel = 255;

/** @throws SignError `ERR_INVALID_ARGUMENT` for a label that could not be found again */
export function checkLabel(label: string): void {
  if (typeof label !== 'string' || label === '' || label.length > maxLabel || label.trim() !== label)
    invalidArgument(`the label of a new key is 1 to ${maxLabel} characters without blanks around them`);
}

/**
 * What is asked for, checked: a purpose that the type can have, and a label that can be found again.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_ALGORITHM_UNSUPPORTED` (ML-DSA)
 */
export function newKey(label: string, spec: KeySpec, purpose: KeyPurpose, id: Uint8Array, options: NewKeyOptions): NewKey {
  checkLabel(label);
  if (!keySpecs.includes(spec)) invalidArgument(`spec is one of ${keySpecs.join(', ')}`);
  const rsa = spec.startsWith('rsa-');
  if (!rsa && !curveBySpec(spec)) throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `this backend makes no keys of type ${spec}`);
  const possible: readonly KeyPurpose[] = rsa ? ['sign', 'decrypt'] : spec === 'ed25519' ? ['sign'] : ['sign', 'derive'];
  if (!possible.includes(purpose)) invalidArgument(`purpose: a key of type ${spec} is made to ${possible.join(' or ')}`);
  const { extractable = false, wrapWithTrusted = false, allowWeakAttributes = false, allowedMechanisms } = options;
  if ([extractable, wrapWithTrusted, allowWeakAttributes].some((flag) => typeof flag !== 'boolean'))
    invalidArgument('extractable, wrapWithTrusted and allowWeakAttributes are true or false');
  if (allowedMechanisms !== undefined && (!Array.isArray(allowedMechanisms) || allowedMechanisms.length === 0))
    invalidArgument('allowedMechanisms is a list of CKM_ numbers that is not empty');
  return { label, id, spec, purpose, extractable, wrapWithTrusted, ...(allowedMechanisms && { allowedMechanisms }) };
}
