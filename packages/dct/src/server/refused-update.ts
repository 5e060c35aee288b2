import { isJsonObject, parseJson, SignError, type SignErrorCode, sanitizeText } from '@securosys/core';

/** Codes of the server (`dct.md` §6.3) that say more than that it refuses. */
const codes: Readonly<Record<string, SignErrorCode>> = {
  VERSION: 'ERR_CONFLICT',
  MALFORMED_UPLOAD: 'ERR_MALFORMED',
  MALFORMED_JSON: 'ERR_MALFORMED',
  INVALID_ROLE: 'ERR_MALFORMED',
  NO_FILENAME: 'ERR_MALFORMED',
  INVALID_GUN: 'ERR_INVALID_ARGUMENT',
};

function errorOf(body: Uint8Array): { readonly code?: string; readonly detail?: string } {
  try {
    const json = parseJson(body, { what: 'error body', maxDepth: 8, maxValues: 100 });
    const [first] = isJsonObject(json) && Array.isArray(json.errors) ? json.errors : [];
    if (!isJsonObject(first) || typeof first.code !== 'string') return {};
    const detail = first.detail === undefined ? '' : JSON.stringify(first.detail);
    return { code: sanitizeText(first.code, 60), ...(detail !== '' && detail !== '{}' && { detail: sanitizeText(detail, 300) }) };
  } catch (error) {
    if (SignError.is(error)) return {};
    throw error;
  }
}

/** Why the server refused an update. */
export function refusedUpdate(body: Uint8Array, about: string): SignError {
  const { code, detail } = errorOf(body);
  const meaning = code === undefined ? undefined : codes[code];
  const why = code === 'VERSION' ? 'somebody published before' : `the server refuses it${code === undefined ? '' : ` (${code})`}`;
  return new SignError(
    meaning ?? 'ERR_NOT_TRUSTED',
    `cannot publish to ${about}: ${why}${detail === undefined ? '' : `: ${detail}`}`,
    {
      details: { status: 400, ...(code !== undefined && { upstreamName: code }) },
    },
  );
}
