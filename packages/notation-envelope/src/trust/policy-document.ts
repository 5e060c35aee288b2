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

/** Largest trust policy document in bytes. */
export const maxPolicyBytes = 1024 * 1024;

/**
 * Refuses a value that stands twice in a document.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function unique(values: readonly string[], what: string): void {
  const seen = new Set<string>();
  for (const value of values) {
    if (seen.has(value)) invalidArgument(`trust policy: ${what} '${sanitizeText(value, 80)}' appears twice`);
    seen.add(value);
  }
}

/**
 * The statements of a trust policy document, version 1.0, their names unique (`notation.md` §14).
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function parsePolicyDocument<S extends { readonly name: string }>(
  document: Uint8Array | Readonly<Record<string, unknown>>,
  parse: (statement: JsonValue) => S,
): readonly S[] {
  // An object goes the same way as bytes, so that both have one meaning, whatever getters or classes it is made of.
  const source = document instanceof Uint8Array ? document : JSON.stringify(document);
  const policy: JsonObject = parseJsonObject(source, { what: 'trust policy', maxBytes: maxPolicyBytes });
  knownOptions('trust policy', policy, ['version', 'trustPolicies']);
  if (policy.version !== '1.0') return invalidArgument("trust policy: version is not '1.0'");
  const list: JsonValue | undefined = policy.trustPolicies;
  if (!Array.isArray(list) || list.length === 0 || !list.every(isJsonObject))
    return invalidArgument('trust policy: trustPolicies is not a list of statements');
  const statements = list.map(parse);
  unique(
    statements.map((statement) => statement.name),
    'statement',
  );
  return Object.freeze(statements);
}

/** What a policy without a statement for something throws: nobody is trusted for it. */
export function noStatement(what: string): never {
  throw new SignError('ERR_NOT_TRUSTED', `no statement of the trust policy is ${what}`, {
    details: { reason: 'no-applicable-statement', upstreamName: 'NoApplicableTrustPolicyError' },
  });
}
