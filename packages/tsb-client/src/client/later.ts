import { ownBytes } from '@securosys/core';

/** The names of all calls of a group, and of the groups in it. */
export type Outline<Group> = {
  readonly [Name in keyof Group]: Group[Name] extends (...given: never) => unknown ? true : Outline<Group[Name]>;
};

type Members = Readonly<Record<string, unknown>>;
type Run = (...given: readonly unknown[]) => Promise<unknown>;

/** As it is now: whoever called may change it, or overwrite a secret in it, before the call is loaded. */
function asGiven(value: unknown): unknown {
  if (value instanceof Uint8Array) return ownBytes(value);
  if (Array.isArray(value)) return value.map(asGiven);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, asGiven(inner)]));
}

function laterMember(inner: unknown, load: () => Promise<unknown>): unknown {
  if (inner !== true) return laterMembers(inner as Members, load as () => Promise<Members>);
  return async (...given: readonly unknown[]): Promise<unknown> => {
    const own = given.map(asGiven);
    const run = (await load()) as Run;
    return run(...own);
  };
}

function laterMembers(outline: Members, load: () => Promise<Members>): Members {
  const member = (name: string) => async () => {
    const members = await load();
    return members[name];
  };
  return Object.fromEntries(Object.entries(outline).map(([name, inner]) => [name, laterMember(inner, member(name))]));
}

/**
 * Calls that are loaded with the first of them: most programs make few kinds of calls, and those of one call read each line of code for nothing.
 * @param outline all of their names: what is not named cannot be called
 */
export function later<Group extends object>(outline: Outline<Group>, load: () => Promise<Group>): Group {
  let loaded: Promise<Group> | undefined;
  const once = () => {
    loaded ??= load();
    return loaded;
  };
  return laterMembers(outline as Members, once as () => Promise<unknown> as () => Promise<Members>) as Group;
}
