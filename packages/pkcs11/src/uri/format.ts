import { type Pkcs11UriParts, textAttributes } from './attributes.js';
import { percentEncoded } from './percent.js';

/** What only a written URI has: the PIN, or where it is. */
export interface Pkcs11UriSecrets {
  readonly pinSource?: string;
  readonly pinValue?: string;
}

/**
 * Writes a PKCS#11 URI (RFC 7512): everything is percent-encoded except unreserved characters, attributes stand in one order, so equal
 * parts give equal texts. A PIN is written only when it is handed in separately.
 */
export function formatPkcs11Uri(parts: Pkcs11UriParts, secrets: Pkcs11UriSecrets = {}): string {
  const path: string[] = [];
  for (const [name, member] of Object.entries(textAttributes)) {
    const value = parts[member];
    if (value !== undefined) path.push(`${name}=${percentEncoded(value)}`);
  }
  if (parts.libraryVersion !== undefined) path.push(`library-version=${parts.libraryVersion}`);
  if (parts.slotId !== undefined) path.push(`slot-id=${parts.slotId}`);
  if (parts.type !== undefined) path.push(`type=${parts.type}`);
  if (parts.id !== undefined) path.push(`id=${percentEncoded(parts.id)}`);
  const query = Object.entries({
    'module-name': parts.moduleName,
    'module-path': parts.modulePath,
    'pin-source': secrets.pinSource,
    'pin-value': secrets.pinValue,
  }).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${percentEncoded(value)}`]));
  return `pkcs11:${path.join(';')}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}
