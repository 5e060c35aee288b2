import {
  invalidArgument,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  knownOptions,
  parseJsonObject,
  SignError,
  sanitizeText,
} from '@securosys/core';
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

function unique(values: readonly string[], what: string): void {
  const seen = new Set<string>();
  for (const value of values) {
    if (seen.has(value)) invalidArgument(`trust policy: ${what} '${sanitizeText(value, 80)}' appears twice`);
    seen.add(value);
  }
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
  // An object goes the same way as bytes, so that both have one meaning, whatever getters or classes it is made of.
  const source = document instanceof Uint8Array ? document : JSON.stringify(document);
  const policy: JsonObject = parseJsonObject(source, { what: 'trust policy', maxBytes: 1024 * 1024 });
  knownOptions('trust policy', policy, ['version', 'trustPolicies']);
  if (policy.version !== '1.0') return invalidArgument("trust policy: version is not '1.0'");
  const list: JsonValue | undefined = policy.trustPolicies;
  if (!Array.isArray(list) || list.length === 0 || !list.every(isJsonObject))
    return invalidArgument('trust policy: trustPolicies is not a list of statements');
  const statements = list.map((item) => parseStatement(item, { allowWildcardSkip: options.allowWildcardSkip === true }));
  unique(
    statements.map((statement) => statement.name),
    'statement',
  );
  unique(
    statements.flatMap((statement) => statement.registryScopes),
    'scope',
  );
  return Object.freeze({ [brand]: true as const, version: '1.0' as const, statements: Object.freeze(statements) });
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
  const statement =
    statements.find(({ registryScopes }) => registryScopes.includes(repository)) ??
    statements.find(({ registryScopes }) => registryScopes.includes('*'));
  if (statement) return statement;
  throw new SignError('ERR_NOT_TRUSTED', `no statement of the trust policy is for ${repository}`, {
    details: { reason: 'no-applicable-statement', upstreamName: 'NoApplicableTrustPolicyError' },
  });
}
