import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from '@securosys/core';
import type { Statements } from '../metadata/distinct.js';
import type { InnerRequest } from './inner-request.js';

/** Shown elsewhere, or too long to be read. */
const shownElsewhere = new Set([
  'payload',
  'encryptedPayload',
  'wrappedKey',
  'metaData',
  'metaDataSignature',
  'policy',
  'signatureAlgorithm',
  'certificateSigningRequest',
]);

/** What stands in place of a secret. */
export const notShown = '(not shown)';

/** Whatever sounds like a secret is one (S12). */
export function isSecretName(name: string): boolean {
  return /pass(?:word|phrase)|secret/i.test(name);
}

/** Whether a request carries a password that its approvers could read. */
export function holdsPassword(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.some(holdsPassword);
  if (!isJsonObject(value)) return false;
  return Object.entries(value).some(([name, member]) => member !== null && (isSecretName(name) || holdsPassword(member)));
}

/** A value without the secrets in it. */
function redacted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(redacted);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, isSecretName(name) ? notShown : redacted(member)]),
  );
}

function lines(body: JsonObject, path: string): Statements {
  return Object.entries(body).flatMap(([name, value]): Statements => {
    const full = `${path}${name}`;
    if (value === null) return [];
    if (isSecretName(name)) return [[full, notShown]];
    if (isJsonObject(value)) return lines(value, `${full}.`);
    return [[full, typeof value === 'string' ? value : canonicalJson(redacted(value))]];
  });
}

/** What the original request says beside payload, key and description, by path. Key passwords are left out wherever they stand. */
export function askedOf({ kind, body }: InnerRequest): Statements {
  const rest = Object.fromEntries(Object.entries(body).filter(([name]) => name !== kind.key && !shownElsewhere.has(name)));
  return lines(rest, '');
}
