import { invalidArgument, knownOptions, sanitizeText } from '@securosys/core';
import { noStatement, parsePolicyDocument, unique } from './policy-document.js';
import { type PolicyStatement, parseStatement } from './policy-statement.js';
import { isRepositoryName } from './registry-scope.js';

const brand = Symbol.for('@securosys/notation-envelope/TrustPolicy');

/** A trust policy document that {@link parseTrustPolicy} has found valid. It cannot be made in any other way. */
export interface TrustPolicy {
  readonly [brand]: true;
  readonly version: '1.0';
  readonly statements: readonly PolicyStatement[];
}

/** Compatibility with laxer readers of trust policies. Everything is off by default. */
export interface TrustPolicyOptions {
  /** Take a statement of level `skip` with scope `*`, as notation does although its specification forbids it. Default `false`. */
  allowWildcardSkip?: boolean;
}

/**
 * A trust policy, version 1.0, for OCI artifacts (`notation.md` §14): the document's bytes, or the object it holds.
 * Unknown members, duplicates and empty lists are errors, so that no setting is ever silently ignored (S24).
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function parseTrustPolicy(
  document: Uint8Array | Readonly<Record<string, unknown>>,
  options: TrustPolicyOptions = {},
): TrustPolicy {
  knownOptions('parseTrustPolicy', options, ['allowWildcardSkip']);
  const allowWildcardSkip = options.allowWildcardSkip === true;
  const statements = parsePolicyDocument(document, (item) => parseStatement(item, { allowWildcardSkip }));
  unique(
    statements.flatMap((statement) => statement.registryScopes),
    'scope',
  );
  return Object.freeze({ [brand]: true as const, version: '1.0' as const, statements });
}

/** Whether a value came from {@link parseTrustPolicy} of any copy of this package. */
export function isTrustPolicy(value: unknown): value is TrustPolicy {
  return typeof value === 'object' && value !== null && brand in value;
}

/**
 * The statement for a repository (`notation.md` §14.2): exact and case-sensitive, else the one for `*`.
 * @param repository `domain[:port]/path` without tag or digest, written out in full
 * @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_NOT_TRUSTED` when no statement applies
 */
export function selectStatement(policy: TrustPolicy, repository: string): PolicyStatement {
  if (!isTrustPolicy(policy)) return invalidArgument('the trust policy did not come from parseTrustPolicy');
  if (!isRepositoryName(repository)) return invalidArgument(`'${sanitizeText(repository, 80)}' is not a full repository name`);
  const { statements } = policy;
  return (
    statements.find(({ registryScopes }) => registryScopes.includes(repository)) ??
    statements.find(({ registryScopes }) => registryScopes.includes('*')) ??
    noStatement(`for ${repository}`)
  );
}
