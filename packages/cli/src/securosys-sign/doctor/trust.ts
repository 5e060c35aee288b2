import { SignError } from '@securosys/core';
import { parseSigningPolicy } from '@securosys/sign/policy';
import { readNamedFile } from '../../files/read-file.js';
import type { CommandContext } from '../context.js';
import { openNotationTrust } from '../open/open-trust.js';
import type { Settings } from '../settings/settings.js';
import { type Finding, findingOf, ok, warning } from './finding.js';

/** Whether there is a trust policy, and whether it can be read. */
export async function checkTrustStore(context: CommandContext): Promise<Finding> {
  const check = 'trust store';
  try {
    await openNotationTrust(context);
    return ok(check, 'trust policy and trust store can be read');
  } catch (error) {
    if (SignError.is(error, 'ERR_NOT_FOUND'))
      return warning(
        check,
        'there is no trust policy: images cannot be verified by Notary signatures',
        'write one, or give --ca to verify',
      );
    return findingOf(check, error);
  }
}

/** Whether the signing policy that stands before every key can be read. */
export async function checkSigningPolicy(settings: Settings): Promise<Finding> {
  const check = 'signing policy';
  const path = settings.path('signingPolicy');
  if (path === undefined) return ok(check, 'none is configured: every signature that a key can make is allowed');
  try {
    await parseSigningPolicy(await readNamedFile(path, 'the signing policy', 'own'), { fileName: path });
    return ok(check, 'it can be read');
  } catch (error) {
    return findingOf(check, error);
  }
}
