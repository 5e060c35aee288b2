import { dctFault } from '../model/fault.js';
import type { DctKey } from '../model/keys.js';
import type { RootFile } from '../model/root.js';
import type { IsPinned } from './pinning.js';
import { rootKeyFault } from './root-certificate.js';
import { checkThreshold, keysOf } from './signatures.js';

/** Root keys that may be root keys of this repository; refuses a root that has none. */
function rootKeys(root: RootFile, gun: string, now: number | undefined): DctKey[] {
  const faults: string[] = [];
  const good = keysOf(root.roles.root, root.keys).filter((key) => {
    const fault = rootKeyFault(key, gun, now);
    if (fault !== undefined) faults.push(fault);
    return fault === undefined;
  });
  if (good.length === 0)
    throw dctFault('root', 'root-certificate', `no root key is one of ${gun}: ${faults[0] ?? 'none can be read'}`);
  return good;
}

/**
 * Checks the first root that is believed: signed by its own keys, and by a pinned one among them.
 * @param now absent: for a root that others follow, whose certificates may have expired
 * @throws SignError `ERR_NOT_TRUSTED`
 */
export function checkFirstRoot(root: RootFile, gun: string, isPinned: IsPinned, now: number | undefined): void {
  const good = checkThreshold(root, root.roles.root.threshold, rootKeys(root, gun, now));
  if (isPinned && !good.some((key) => isPinned(key, now)))
    throw dctFault('root', 'not-pinned', `the root of ${gun} is not the pinned one`);
}

/**
 * Checks a root that follows one that is believed: the next version, signed by the keys of both (`dct.md` §9, 1 and 4). Neither has to be
 * unexpired.
 * @throws SignError `ERR_NOT_TRUSTED`
 */
export function checkNextRoot(root: RootFile, previous: RootFile, gun: string, now: number | undefined): void {
  if (root.version !== previous.version + 1)
    throw dctFault('root', 'rollback', `version ${root.version} does not follow version ${previous.version}`);
  checkThreshold(root, previous.roles.root.threshold, rootKeys(previous, gun, undefined));
  checkThreshold(root, root.roles.root.threshold, rootKeys(root, gun, now));
}
