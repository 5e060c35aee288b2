import { invalidArgument, isJsonObject, type JsonObject, type JsonValue, knownOptions } from '@securosys/core';

/** Checks that a policy can soften; `integrity` it cannot (`notation.md` §14.1). */
export type PolicyCheck = 'integrity' | 'authenticity' | 'authenticTimestamp' | 'expiry' | 'revocation';
/** What a failure of a check does: refuse the signature, be reported only, or the check does not run. */
export type CheckAction = 'enforce' | 'log' | 'skip';
/** Levels of a trust policy statement, and `custom` for one with overrides. */
export type LevelName = 'strict' | 'permissive' | 'audit' | 'skip' | 'custom';

/** What a statement does about each check that fails. */
export interface VerificationLevel {
  /** `custom` when the statement overrides anything. */
  readonly name: LevelName;
  readonly actions: Readonly<Record<PolicyCheck, CheckAction>>;
}

const row = (authenticity: CheckAction, others: CheckAction, integrity: CheckAction = 'enforce') => ({
  integrity,
  authenticity,
  authenticTimestamp: others,
  expiry: others,
  revocation: others,
});

const levels = {
  strict: row('enforce', 'enforce'),
  permissive: row('enforce', 'log'),
  audit: row('log', 'log'),
  skip: row('skip', 'skip', 'skip'),
} as const;

const overridable: Readonly<Record<string, readonly CheckAction[]>> = {
  authenticity: ['enforce', 'log'],
  authenticTimestamp: ['enforce', 'log'],
  expiry: ['enforce', 'log'],
  revocation: ['enforce', 'log', 'skip'],
};

function overrides(value: JsonValue): Partial<Record<PolicyCheck, CheckAction>> {
  if (!isJsonObject(value)) return invalidArgument('trust policy: override is not an object');
  knownOptions('trust policy override', value, Object.keys(overridable));
  for (const [check, action] of Object.entries(value))
    if (!overridable[check]?.includes(action as CheckAction))
      invalidArgument(`trust policy: override of ${check} has no such value`);
  return { ...value } as Partial<Record<PolicyCheck, CheckAction>>;
}

/**
 * Level and overrides of a statement (`notation.md` §14.1).
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function parseVerificationLevel(settings: JsonObject): VerificationLevel {
  const { level, override } = settings;
  if (typeof level !== 'string' || !Object.hasOwn(levels, level))
    return invalidArgument('trust policy: level is none of strict, permissive, audit, skip');
  const name = level as keyof typeof levels;
  if (override === undefined) return { name, actions: levels[name] };
  if (name === 'skip') return invalidArgument('trust policy: level skip allows no override');
  const changed = overrides(override);
  return Object.keys(changed).length === 0
    ? { name, actions: levels[name] }
    : { name: 'custom', actions: { ...levels[name], ...changed } };
}
