import { canonicalJson, isJsonObject, type JsonObject, type JsonValue, SignError } from '@securosys/core';
import { modifyPolicyDto } from '../api/policy.js';
import type { Statements } from '../metadata/distinct.js';
import { explainPolicy } from '../policy/explain.js';
import type { InnerRequest } from './inner-request.js';
import { isSecretName, notShown, textWithoutSecrets, withoutSecrets } from './secrets.js';

/** Shown elsewhere, or too long to be read. */
const shownElsewhere = new Set([
  'payload',
  'encryptedPayload',
  'wrappedKey',
  'metaData',
  'metaDataSignature',
  'signatureAlgorithm',
  'certificateSigningRequest',
]);

/** Rules of a new key in words; `undefined` for what cannot be read as rules. */
function policyLines(policy: JsonValue): Statements | undefined {
  try {
    return explainPolicy(modifyPolicyDto.received.parse(policy)).map((line, at) => [`policy.${at + 1}`, line]);
  } catch (error) {
    if (!SignError.is(error)) throw error;
    return undefined;
  }
}

function lines(body: JsonObject, path: string): Statements {
  return Object.entries(body).flatMap(([name, value]): Statements => {
    const full = `${path}${name}`;
    if (value === null) return [];
    if (isSecretName(name)) return [[full, notShown]];
    if (isJsonObject(value)) return lines(value, `${full}.`);
    return [[full, typeof value === 'string' ? textWithoutSecrets(value) : canonicalJson(withoutSecrets(value))]];
  });
}

/** What the original request says beside payload, key and description, by path. Key passwords are left out wherever they stand. */
export function askedOf({ kind, body }: InnerRequest): Statements {
  const { policy = null, ...others } = body;
  const rest = Object.fromEntries(Object.entries(others).filter(([name]) => name !== kind.key && !shownElsewhere.has(name)));
  // The rules of a modify are in its challenge; those of a new key are nowhere else.
  const rules = kind.operation === 'modify' || policy === null ? [] : (policyLines(policy) ?? lines({ policy }, ''));
  return [...lines(rest, ''), ...rules];
}
