import { base64Bytes, SignError, sha256Hex } from '@securosys/core';

/** The one value of an element, with its entities undone; `undefined` when it is not there exactly once. */
function only(xml: string, name: string): string | undefined {
  const found = [...xml.matchAll(new RegExp(`<${name}>([^<>]*)</${name}>`, 'g'))];
  const value = found.length === 1 ? found[0]?.[1] : undefined;
  return value
    ?.replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}

/** What level 5 of a task says about the key. Its signature is not checked here, so this is the TSB's word. */
export interface ReportedKey {
  readonly label: string;
  readonly spkiSha256: string;
}

/**
 * Label and public key of the key XML (`tsb-rest-api.md` §2.3), read without an XML parser: both elements hold text only and
 * must occur exactly once.
 * @throws SignError `ERR_MALFORMED`
 */
export function reportedKey(xml: string): ReportedKey {
  const label = only(xml, 'label');
  const publicKey = only(xml, 'public_key');
  if (label === undefined || publicKey === undefined || xml.includes('<!'))
    throw new SignError('ERR_MALFORMED', 'key attributes of the task do not state one label and one public key');
  return { label, spkiSha256: sha256Hex(base64Bytes(publicKey.replace(/\s+/g, ''), 'public key of the task')) };
}
