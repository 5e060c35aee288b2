import { canonicalJson, isJsonObject, type JsonValue, parseJson, SignError, utf8Bytes } from '@securosys/core';

/** What stands in place of a secret. */
export const notShown = '(not shown)';

const partOfName = /pass(?:word|phrase|code|wd)|pwd|secret|credential|api[-_ ]?key/i;
/** Too short to be looked for inside of other words: `shipping`, `tokens` of a policy. */
const wholeWords = new Set(['pin', 'pins', 'token', 'authorization']);

/** Whatever sounds like a secret is one (S12). */
export function isSecretName(name: string): boolean {
  const words = name.replace(/([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$3 $2').toLowerCase();
  return partOfName.test(name) || words.split(/[^a-z]+/).some((word) => wholeWords.has(word));
}

/** Whether a request carries a password that its approvers could read. */
export function holdsPassword(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.some(holdsPassword);
  if (!isJsonObject(value)) return false;
  return Object.entries(value).some(([name, member]) => member !== null && (isSecretName(name) || holdsPassword(member)));
}

/** A value without the secrets in it, at any depth. */
export function withoutSecrets(value: JsonValue): JsonValue {
  if (typeof value === 'string') return textWithoutSecrets(value);
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, isSecretName(name) ? notShown : withoutSecrets(member)]),
  );
}

/** A name and `:` or `=`, and what may follow: something in quotes, or the rest of the line. */
const assignment = /(?<![\w.-])([\w.-]+)["']?\s*[:=]\s*/g;
const assigned = /"(?:[^"\\]|\\.)*"|'[^']*'|[^\r\n]*/y;

function withoutAssigned(text: string): string {
  let [shown, at] = ['', 0];
  for (const match of text.matchAll(assignment)) {
    const from = match.index + match[0].length;
    if (from < at || !isSecretName(match[1] ?? '')) continue;
    assigned.lastIndex = from;
    shown += `${text.slice(at, from)}${notShown}`;
    at = from + (assigned.exec(text)?.[0] ?? '').length;
  }
  return shown + text.slice(at);
}

/** A text without the values that it gives to secrets: `password: …`, in JSON or not. */
export function textWithoutSecrets(text: string): string {
  if (/^\s*[[{]/.test(text))
    try {
      return canonicalJson(withoutSecrets(parseJson(utf8Bytes(text), { what: 'text', maxDepth: 16 })));
    } catch (error) {
      if (!SignError.is(error)) throw error;
    }
  return withoutAssigned(text);
}
