import { invalidArgument, isJsonObject, type JsonObject, type JsonValue, knownOptions, sanitizeText } from '@securosys/core';
import { isRepositoryName } from './registry-scope.js';
import { parseTrustStoreName, type TrustStoreName } from './trust-store-name.js';
import { parseTrustedIdentities, type TrustedIdentity } from './trusted-identity.js';
import { parseVerificationLevel, type VerificationLevel } from './verification-level.js';

/** One statement of a trust policy, parsed and complete. */
export interface PolicyStatement {
  readonly name: string;
  /** `['*']`, or full repository names. */
  readonly registryScopes: readonly string[];
  readonly level: VerificationLevel;
  /** When timestamps must be looked at, where the statement names a `tsa` store. */
  readonly verifyTimestamp: 'always' | 'afterCertExpiry';
  readonly trustStores: readonly TrustStoreName[];
  readonly identities: readonly TrustedIdentity[];
}

const statementMembers = ['name', 'registryScopes', 'signatureVerification', 'trustStores', 'trustedIdentities'];

function strings(value: JsonValue | undefined, what: string): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > 1_000) return invalidArgument(`trust policy: ${what} is not a list`);
  return value.map((item) =>
    typeof item === 'string' ? item : invalidArgument(`trust policy: ${what} holds something else than text`),
  );
}

function scopes(value: JsonValue | undefined): readonly string[] {
  const list = strings(value, 'registryScopes');
  if (list.length === 0) return invalidArgument('trust policy: registryScopes is empty');
  if (list.includes('*') && list.length > 1) return invalidArgument("trust policy: scope '*' stands beside others");
  for (const scope of list)
    if (scope !== '*' && !isRepositoryName(scope))
      invalidArgument(`trust policy: '${sanitizeText(scope, 80)}' is not a full repository name`);
  return list;
}

function timestampRule(value: JsonValue | undefined): PolicyStatement['verifyTimestamp'] {
  if (value === undefined) return 'always';
  return value === 'always' || value === 'afterCertExpiry'
    ? value
    : invalidArgument('trust policy: verifyTimestamp has no such value');
}

/**
 * One member of `trustPolicies` (`notation.md` §14). Members that the specification does not have are errors.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function parseStatement(value: JsonValue, options: { allowWildcardSkip: boolean }): PolicyStatement {
  if (!isJsonObject(value)) return invalidArgument('trust policy: a statement is not an object');
  knownOptions('trust policy statement', value, statementMembers);
  const { name, signatureVerification } = value;
  if (typeof name !== 'string' || name === '') return invalidArgument('trust policy: a statement has no name');
  if (!isJsonObject(signatureVerification)) return invalidArgument('trust policy: signatureVerification is not an object');
  knownOptions('trust policy signatureVerification', signatureVerification, ['level', 'override', 'verifyTimestamp']);
  const level = parseVerificationLevel(signatureVerification as JsonObject);
  const registryScopes = scopes(value.registryScopes);
  const stores = strings(value.trustStores, 'trustStores');
  const identities = strings(value.trustedIdentities, 'trustedIdentities');
  const skipped = level.name === 'skip';
  if (skipped ? stores.length + identities.length > 0 : stores.length === 0 || identities.length === 0)
    invalidArgument(
      `trust policy: trustStores and trustedIdentities must ${skipped ? 'be absent' : 'have members'} at this level`,
    );
  if (skipped && registryScopes.includes('*') && !options.allowWildcardSkip)
    invalidArgument("trust policy: level skip for scope '*' would verify nothing anywhere");
  return {
    name,
    registryScopes,
    level,
    verifyTimestamp: timestampRule(signatureVerification.verifyTimestamp),
    trustStores: stores.map(parseTrustStoreName),
    identities: parseTrustedIdentities(identities),
  };
}
