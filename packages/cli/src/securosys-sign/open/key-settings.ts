import {
  hexBytes,
  invalidArgument,
  isJsonObject,
  type JsonObject,
  type KeyRef,
  knownOptions,
  sanitizeText,
} from '@securosys/core';
import type { PasswordSources } from '../../config/key-password.js';
import { flagOf, textOf } from '../../config/setting-values.js';
import { absolutePath } from '../../files/read-file.js';
import { suggestion } from '../nearest.js';
import type { Settings } from '../settings/settings.js';

/** A key as a configuration and a command line name it. */
export interface NamedKey {
  /** Name in `keys`, or the label that was typed. */
  readonly name: string;
  readonly ref: KeyRef;
  readonly passwords: PasswordSources;
  /** Absolute path of its certificates, PEM. */
  readonly chain?: string;
  /** May sign messages of no known format: files for cosign. */
  readonly allowOpaque: boolean;
}

const names = ['label', 'id', 'spkiSha256', 'chain', 'passwordFile', 'passwordEnv', 'allowOpaque'];

function keyOf(name: string, json: JsonObject): NamedKey {
  const what = `the configuration: keys.${sanitizeText(name, 80)}`;
  for (const member of Object.keys(json))
    if (!names.includes(member))
      invalidArgument(`${what} has no member '${sanitizeText(member, 60)}'${suggestion(member, names)}`);
  knownOptions(what, json, names);
  const [label, id, pin, chain] = ['label', 'id', 'spkiSha256', 'chain'].map((member) => textOf(json, member));
  const [passwordFile, passwordEnv] = ['passwordFile', 'passwordEnv'].map((member) => textOf(json, member));
  if (pin !== undefined && !/^[0-9a-f]{64}$/.test(pin))
    invalidArgument(`${what}.spkiSha256 is not 64 hexadecimal digits in lower case`);
  return {
    name,
    ref: {
      // A key with an id has no label unless one is said: both have to fit.
      ...(id === undefined
        ? { label: label ?? name }
        : { id: hexBytes(id, `${what}.id`), ...(label !== undefined && { label }) }),
      ...(pin !== undefined && { spkiSha256: pin }),
    },
    passwords: { ...(passwordFile !== undefined && { passwordFile }), ...(passwordEnv !== undefined && { passwordEnv }) },
    ...(chain !== undefined && { chain: absolutePath(chain, `${what}.chain`) }),
    allowOpaque: flagOf(json, 'allowOpaque'),
  };
}

/** The keys that a configuration lists, by their names. @throws SignError `ERR_INVALID_ARGUMENT` */
export function configuredKeys(settings: Settings): ReadonlyMap<string, NamedKey> {
  return new Map(
    Object.entries(settings.object('keys') ?? {}).map(([name, json]) => [
      name,
      keyOf(
        name,
        isJsonObject(json) ? json : invalidArgument(`the configuration: keys.${sanitizeText(name, 80)} is not an object`),
      ),
    ]),
  );
}

/**
 * The key that is meant: one of `keys`, or any label.
 * @param name default: `key` of the settings
 * @throws SignError `ERR_INVALID_ARGUMENT` when none is named
 */
export function namedKey(settings: Settings, name = settings.text('key')): NamedKey {
  const keys = configuredKeys(settings);
  if (name === undefined) {
    const [only] = keys.values();
    if (only && keys.size === 1) return only;
    return invalidArgument('which key? give --key, or key in the configuration');
  }
  const known = keys.get(name) ?? { name, ref: { label: name }, passwords: {}, allowOpaque: false };
  const passwordFile = settings.path('keyPasswordFile');
  const password = settings.text('keyPassword');
  const chain = settings.path('chain');
  return {
    ...known,
    ...(password !== undefined && { passwords: { password } }),
    ...(passwordFile !== undefined && { passwords: { passwordFile } }),
    ...(chain !== undefined && { chain }),
  };
}
