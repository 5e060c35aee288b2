import { CKA } from '../cryptoki/attributes.js';
import type { Template } from '../token/template.js';

/** CKA_ID of a template in hex. */
export function ckaIdOf(template: Template): string | undefined {
  const value = template.find(({ type }) => type === CKA.ID)?.value;
  if (!(value instanceof Uint8Array)) return undefined;
  return Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
