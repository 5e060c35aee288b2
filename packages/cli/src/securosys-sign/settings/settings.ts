import { isAbsolute } from 'node:path';
import { invalidArgument, isJsonObject, type JsonObject, type JsonValue } from '@securosys/core';
import { durationMs } from './duration.js';

/** Where a value came from. */
export interface SettingSource {
  readonly value: JsonValue;
  readonly from: 'typed' | 'environment' | 'file';
  /** The option, the variable or the member. */
  readonly name: string;
}

/** Settings by the names of their members; each reading checks the form. @throws SignError `ERR_INVALID_ARGUMENT` */
export interface Settings {
  text(member: string): string | undefined;
  /** An absolute path. */
  path(member: string): string | undefined;
  paths(member: string): readonly string[];
  /** Absent: `false`. */
  flag(member: string): boolean;
  /** Milliseconds. */
  durationMs(member: string): number | undefined;
  list(member: string): readonly string[];
  object(member: string): JsonObject | undefined;
  /** Where it came from; absent: nobody has said it. */
  source(member: string): Pick<SettingSource, 'from' | 'name'> | undefined;
  /** The members of these names, as one configuration has them. */
  pick(members: readonly string[]): JsonObject;
}

/** Settings of what was found, by member. */
export function settingsOver(sources: ReadonlyMap<string, SettingSource>): Settings {
  const wrong = (member: string, form: string): never => {
    const { from, name } = sources.get(member) as SettingSource;
    return invalidArgument(`${from === 'file' ? `the configuration: ${name}` : name} is not ${form}`);
  };
  const given = (member: string): JsonValue | undefined => {
    const value = sources.get(member)?.value;
    return value === '' || value === null ? undefined : value;
  };
  const text = (member: string): string | undefined => {
    const value = given(member);
    return value === undefined || typeof value === 'string' ? value : wrong(member, 'a text');
  };
  const list = (member: string): readonly string[] => {
    const value = given(member) ?? [];
    const texts = Array.isArray(value) ? value : [value];
    return texts.every((one): one is string => typeof one === 'string' && one !== '') ? texts : wrong(member, 'a list of texts');
  };
  const absolute = (member: string, path: string): string => (isAbsolute(path) ? path : wrong(member, 'an absolute path'));
  return {
    text,
    list,
    path: (member) => {
      const value = text(member);
      return value === undefined ? undefined : absolute(member, value);
    },
    paths: (member) => list(member).map((path) => absolute(member, path)),
    flag: (member) => {
      const value = given(member) ?? false;
      return typeof value === 'boolean' ? value : wrong(member, 'true or false');
    },
    durationMs: (member) => {
      const value = text(member);
      return value === undefined ? undefined : durationMs(value, sources.get(member)?.name ?? member);
    },
    object: (member) => {
      const value = given(member);
      return value === undefined || isJsonObject(value) ? value : wrong(member, 'an object');
    },
    source: (member) => {
      const found = sources.get(member);
      return found && { from: found.from, name: found.name };
    },
    pick: (members) =>
      Object.fromEntries(
        members.flatMap((member) => {
          const value = given(member);
          return value === undefined ? [] : [[member, value] as const];
        }),
      ),
  };
}
