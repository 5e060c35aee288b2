import { invalidArgument, SignError, sanitizeText } from '@securosys/core';

/**
 * Repositories that may be written to: `registry.example/team/app`, or `registry.example/team/*` for all below; `oci:./folder` for a layout.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function checkTargets(targets: readonly string[] | undefined): void {
  if (targets === undefined) return;
  if (!Array.isArray(targets)) invalidArgument('targets is a list of repositories');
  for (const target of targets)
    if (typeof target !== 'string' || target.replace(/\/\*$/, '').includes('*') || target === '/*' || /[@\s]/.test(target))
      invalidArgument("a target is a repository without tag and digest, or ends with '/*' for all below it");
}

function allows(target: string, repository: string): boolean {
  if (!target.endsWith('/*')) return target === repository;
  const prefix = target.slice(0, -1);
  // Of a layout's path, only what is plainly below.
  const below = repository.slice(prefix.length).split(/[/\\:]/);
  return repository.startsWith(prefix) && !below.some((name) => name === '' || name === '.' || name === '..');
}

/**
 * Refuses what goes elsewhere.
 * @param targets `undefined`: everywhere is allowed
 * @throws SignError `ERR_POLICY_UNSAFE` naming the repository
 */
export function assertAllowed(targets: readonly string[] | undefined, repositories: readonly string[]): void {
  const foreign = targets && repositories.find((repository) => !targets.some((target) => allows(target, repository)));
  if (foreign !== undefined)
    throw new SignError(
      'ERR_POLICY_UNSAFE',
      `nothing may be published in ${sanitizeText(foreign, 200)}: it is none of the targets`,
      {
        details: { repository: sanitizeText(foreign, 500) },
      },
    );
}
