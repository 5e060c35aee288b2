import { invalidArgument } from '@securosys/core';
import type { DecryptSettings } from './decrypt-item.js';

/** Names of what opens images, in an item and when a request is taken up. */
export const decryptSettingNames = [
  'trust',
  'openers',
  'manifests',
  'requireEncrypted',
  'maxUnpackedBytes',
  'parallel',
  'clock',
] as const;

/** @throws SignError `ERR_INVALID_ARGUMENT` when somebody forgot whom to believe, or who opens */
export function checkOpening(where: string, { trust, openers }: Partial<DecryptSettings>): void {
  if (trust !== 'none' && trust?.kind !== 'notation' && trust?.kind !== 'cosign')
    invalidArgument(
      `${where}: trust is a value of notationTrust or cosignTrust, or 'none' for an image that nobody has to have signed`,
    );
  if (!Array.isArray(openers) || openers.length === 0) invalidArgument(`${where}: openers are a list of at least one opener`);
}
