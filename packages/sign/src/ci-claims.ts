import { type Claims, invalidArgument } from '@securosys/core';
import { ciSystems } from './ci/ci-systems.js';
import type { CiEnvironment } from './ci/environment.js';

/**
 * What the environment of a CI job says about the job, as claims for approvers and audit logs: `ci`, `repository`, `commit`, `ref`, `pipeline`,
 * `build` (URL), `actor`, `trigger`, as far as GitHub Actions, GitLab CI, Jenkins or Azure Pipelines state them; nothing elsewhere.
 *
 * None of it is proven: whoever can set a variable of the job can say anything (S45). Only variables with fixed names are read, none of them
 * holds a secret by its meaning; commits have the form of one or are left out; URLs lose user names, passwords, queries and fragments; what
 * would rule a terminal is escaped. Where the environment names more than one CI system, nothing but that is said.
 * @param env the environment, for example `process.env`
 * @throws SignError `ERR_INVALID_ARGUMENT` for what is no environment
 *
 * @example
 * ```ts
 * import { ciClaims } from '@securosys/sign';
 *
 * const claims = { ...ciClaims(process.env), reason: 'release 1.4' };
 * ```
 */
export function ciClaims(env: CiEnvironment): Claims {
  if (typeof env !== 'object' || env === null) invalidArgument('ciClaims takes an environment: ciClaims(process.env)');
  const [system, ...others] = ciSystems.filter(({ isHere }) => isHere(env));
  if (!system) return {};
  if (others.length > 0)
    return { ci: `unclear: the environment names ${[system, ...others].map(({ name }) => name).join(' and ')}` };
  const said = Object.entries(system.read(env)).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ci: system.name, ...Object.fromEntries(said) };
}
