import { invalidArgument, SignError, sanitizeText } from '@securosys/core';
import { isRoundabout } from '../repository-name.js';

/** What a target names, without the star for all below it. */
const folderOf = (target: string) => target.replace(/\/\*$/, '');

/**
 * Repositories that may be written to: `registry.example/team/app`, or `registry.example/team/*` for all below; `oci:./folder` for a layout.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function checkTargets(targets: readonly string[] | undefined): void {
  if (targets === undefined) return;
  if (!Array.isArray(targets)) invalidArgument('targets is a list of repositories');
  for (const target of targets) {
    if (typeof target !== 'string' || folderOf(target).includes('*') || folderOf(target) === '' || /[@\s]/.test(target))
      invalidArgument("a target is a repository without tag and digest, or ends with '/*' for all below it");
    if (isRoundabout(folderOf(target)))
      invalidArgument('a target has another name that is shorter: name it without .., /./, // and \\');
  }
}

/** The same folder can be named in many ways; only its plain name is compared, and whatever has another one is nowhere below a target. */
function allows(target: string, repository: string): boolean {
  if (isRoundabout(repository)) return false;
  return target.endsWith('/*') ? repository.startsWith(target.slice(0, -1)) : target === repository;
}

/**
 * Refuses what goes elsewhere.
 * @param targets `undefined`: everywhere is allowed
 * @param what would be done there
 * @throws SignError `ERR_POLICY_UNSAFE` naming the repository
 */
export function assertAllowed(
  targets: readonly string[] | undefined,
  repositories: readonly string[],
  what = 'published in',
): void {
  const foreign = targets && repositories.find((repository) => !targets.some((target) => allows(target, repository)));
  if (foreign !== undefined)
    throw new SignError(
      'ERR_POLICY_UNSAFE',
      `nothing may be ${what} ${sanitizeText(foreign, 200)}: it is none of the targets, by the plain name of one`,
      {
        details: { repository: sanitizeText(foreign, 500) },
      },
    );
}
