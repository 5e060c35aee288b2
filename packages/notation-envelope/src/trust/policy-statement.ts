import { invalidArgument, isJsonObject, type JsonObject, type JsonValue, knownOptions, sanitizeText } from '@securosys/core';
import { isRepositoryName } from './registry-scope.js';
import { parseTrustStoreName, type TrustStoreName } from './trust-store-name.js';
import { parseTrustedIdentities, type TrustedIdentity } from './trusted-identity.js';
import { parseVerificationLevel, type VerificationLevel } from './verification-level.js';

/** What statements for images and for blobs have in common. */
export interface VerificationStatement {
  readonly name: string;
  readonly level: VerificationLevel;
  /** When timestamps must be looked at, where the statement names a `tsa` store. */
  readonly verifyTimestamp: 'always' | 'afterCertExpiry';
  readonly trustStores: readonly TrustStoreName[];
  readonly identities: readonly TrustedIdentity[];
  /** The identities as the document has them, for verification plugins. */
  readonly trustedIdentities: readonly string[];
}

/** One statement of a trust policy for OCI artifacts, parsed and complete. */
export interface PolicyStatement extends VerificationStatement {
  /** `['*']`, or full repository names. */
  readonly registryScopes: readonly string[];
}

/** A list of texts, or nothing. @throws SignError `ERR_INVALID_ARGUMENT` */
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

function timestampRule(value: JsonValue | undefined): VerificationStatement['verifyTimestamp'] {
  if (value === undefined) return 'always';
  return value === 'always' || value === 'afterCertExpiry'
    ? value
    : invalidArgument('trust policy: verifyTimestamp has no such value');
}

/**
 * The members of a statement that every kind has (`notation.md` §14). Members that the specification does not have are errors.
 * @param own name of the member that only this kind of statement has
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function parseVerificationStatement(
  value: JsonValue,
  own: string,
): { readonly members: JsonObject; readonly statement: VerificationStatement } {
  if (!isJsonObject(value)) return invalidArgument('trust policy: a statement is not an object');
  knownOptions('trust policy statement', value, ['name', own, 'signatureVerification', 'trustStores', 'trustedIdentities']);
  const { name, signatureVerification } = value;
  if (typeof name !== 'string' || name.trim() === '') return invalidArgument('trust policy: a statement has no name');
  if (!isJsonObject(signatureVerification)) return invalidArgument('trust policy: signatureVerification is not an object');
  knownOptions('trust policy signatureVerification', signatureVerification, ['level', 'override', 'verifyTimestamp']);
  const level = parseVerificationLevel(signatureVerification as JsonObject);
  const stores = strings(value.trustStores, 'trustStores');
  const trustedIdentities = strings(value.trustedIdentities, 'trustedIdentities');
  const skipped = level.name === 'skip';
  if (skipped ? stores.length + trustedIdentities.length > 0 : stores.length === 0 || trustedIdentities.length === 0)
    invalidArgument(
      `trust policy: trustStores and trustedIdentities must ${skipped ? 'be absent' : 'have members'} at this level`,
    );
  const statement = {
    name,
    level,
    verifyTimestamp: timestampRule(signatureVerification.verifyTimestamp),
    trustStores: stores.map(parseTrustStoreName),
    identities: parseTrustedIdentities(trustedIdentities),
    trustedIdentities,
  };
  return { members: value, statement };
}

/**
 * One member of `trustPolicies` for OCI artifacts (`notation.md` §14).
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function parseStatement(value: JsonValue, options: { allowWildcardSkip: boolean }): PolicyStatement {
  const { members, statement } = parseVerificationStatement(value, 'registryScopes');
  const registryScopes = scopes(members.registryScopes);
  if (statement.level.name === 'skip' && registryScopes.includes('*') && !options.allowWildcardSkip)
    invalidArgument("trust policy: level skip for scope '*' would verify nothing anywhere");
  return { ...statement, registryScopes };
}
