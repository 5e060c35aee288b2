import { invalidArgument, type JsonValue, knownOptions, sanitizeText } from '@securosys/core';
import { noStatement, parsePolicyDocument } from './policy-document.js';
import { parseVerificationStatement, type VerificationStatement } from './policy-statement.js';

const brand = Symbol.for('@securosys/notation-envelope/BlobTrustPolicy');

/** One statement of a trust policy for blobs, parsed and complete. */
export interface BlobPolicyStatement extends VerificationStatement {
  /** Applies where the caller names no statement. */
  readonly globalPolicy: boolean;
}

/** A trust policy document for blobs that {@link parseBlobTrustPolicy} has found valid. It cannot be made in any other way. */
export interface BlobTrustPolicy {
  readonly [brand]: true;
  readonly version: '1.0';
  readonly statements: readonly BlobPolicyStatement[];
}

/** Compatibility with laxer readers of trust policies. Everything is off by default. */
export interface BlobTrustPolicyOptions {
  /** Take a global statement of level `skip`, as notation does although its specification forbids it. Default `false`. */
  allowGlobalSkip?: boolean;
}

function parseBlobStatement(value: JsonValue, allowGlobalSkip: boolean): BlobPolicyStatement {
  const { members, statement } = parseVerificationStatement(value, 'globalPolicy');
  const { globalPolicy = false } = members;
  if (typeof globalPolicy !== 'boolean') return invalidArgument('trust policy: globalPolicy is not a boolean');
  if (globalPolicy && statement.level.name === 'skip' && !allowGlobalSkip)
    invalidArgument('trust policy: level skip in the global statement would verify nothing anywhere');
  return { ...statement, globalPolicy };
}

/**
 * A trust policy, version 1.0, for blobs (`notation.md` §14): the document's bytes, or the object it holds. At most one statement is
 * global, and that one is never of level `skip`.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function parseBlobTrustPolicy(
  document: Uint8Array | Readonly<Record<string, unknown>>,
  options: BlobTrustPolicyOptions = {},
): BlobTrustPolicy {
  knownOptions('parseBlobTrustPolicy', options, ['allowGlobalSkip']);
  const statements = parsePolicyDocument(document, (item) => parseBlobStatement(item, options.allowGlobalSkip === true));
  if (statements.filter(({ globalPolicy }) => globalPolicy).length > 1)
    invalidArgument('trust policy: more than one statement is global');
  return Object.freeze({ [brand]: true as const, version: '1.0' as const, statements });
}

/**
 * The statement for a blob (`notation.md` §14.3): the one of this name, or the global one where no name is given.
 * @throws SignError `ERR_INVALID_ARGUMENT` for a blank name; `ERR_NOT_TRUSTED` when no statement applies
 */
export function selectBlobStatement(policy: BlobTrustPolicy, name?: string): BlobPolicyStatement {
  if (typeof policy !== 'object' || policy === null || !(brand in policy))
    return invalidArgument('the trust policy did not come from parseBlobTrustPolicy');
  if (name === undefined)
    return policy.statements.find(({ globalPolicy }) => globalPolicy) ?? noStatement('global, and none was named');
  if (typeof name !== 'string' || name.trim() === '') return invalidArgument('the name of the policy statement is blank');
  return policy.statements.find((statement) => statement.name === name) ?? noStatement(`called '${sanitizeText(name, 80)}'`);
}
