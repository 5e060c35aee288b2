import { hexBytes, isJsonObject, type JsonObject, type KeyRef, knownOptions, SignError, sanitizeText } from '@securosys/core';
import type { CosignKmsKeySettings } from '@securosys/cosign';
import type { PasswordSources } from '../config/key-password.js';
import { flagOf, textOf, wrong } from '../config/setting-values.js';
import { checkedPin, hashNamed, type ResourceId } from './resource-id.js';

/** A key that cosign may use. */
export interface KmsKey {
  readonly ref: KeyRef;
  readonly passwords: PasswordSources;
  readonly settings: CosignKmsKeySettings;
}

const names = ['label', 'id', 'spkiSha256', 'hash', 'allowOpaque', 'allowBlind', 'passwordFile', 'passwordEnv'];

function keyOf(name: string, json: JsonObject): KmsKey {
  const what = `keys.${sanitizeText(name, 80)}`;
  knownOptions(`${what} of the configuration`, json, names);
  const [label, id, pin, hash] = ['label', 'id', 'spkiSha256', 'hash'].map((member) => textOf(json, member));
  const [passwordFile, passwordEnv] = ['passwordFile', 'passwordEnv'].map((member) => textOf(json, member));
  return {
    // A key with an id has no label unless one is said: both have to fit.
    ref: {
      ...(id === undefined
        ? { label: label ?? name }
        : { id: hexBytes(id, `${what}.id`), ...(label !== undefined && { label }) }),
      ...(pin !== undefined && { spkiSha256: checkedPin(pin, `the configuration: ${what}.spkiSha256`) }),
    },
    passwords: { ...(passwordFile !== undefined && { passwordFile }), ...(passwordEnv !== undefined && { passwordEnv }) },
    settings: {
      allowOpaque: flagOf(json, 'allowOpaque'),
      allowBlind: flagOf(json, 'allowBlind'),
      ...(hash !== undefined && { hash: hashNamed(hash, `the configuration: ${what}.hash`) }),
    },
  };
}

/**
 * The keys of a configuration. Where it lists any, it serves these and no others.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function kmsKeysOf({ keys }: JsonObject): ReadonlyMap<string, KmsKey> | undefined {
  if (keys === undefined) return undefined;
  if (!isJsonObject(keys)) return wrong('keys is not an object');
  return new Map(
    Object.entries(keys).map(([name, json]) => [
      name,
      keyOf(name, isJsonObject(json) ? json : wrong(`keys.${sanitizeText(name, 80)} is not an object`)),
    ]),
  );
}

/** What is said twice has to be the same: a command line takes nothing back that the configuration says. */
function agreed<T>(configured: T | undefined, typed: T | undefined, what: string): T | undefined {
  if (configured !== undefined && typed !== undefined && configured !== typed)
    throw new SignError('ERR_INVALID_ARGUMENT', `${what} behind the ? is another one than in the configuration`);
  return configured ?? typed;
}

/**
 * The key that a resource id names.
 * @throws SignError `ERR_KEY_NOT_FOUND` for one that the configuration does not list, `ERR_INVALID_ARGUMENT`
 */
export function kmsKeyOf({ name, ...typed }: ResourceId, keys: ReadonlyMap<string, KmsKey> | undefined): KmsKey {
  const known = keys ? keys.get(name) : { ref: { label: name }, passwords: {}, settings: {} };
  if (!known)
    throw new SignError('ERR_KEY_NOT_FOUND', `the configuration lists keys, and '${sanitizeText(name, 80)}' is none of them`);
  const { ref, passwords, settings }: KmsKey = known;
  const pin = agreed(ref.spkiSha256, typed.spkiSha256, 'spkiSha256');
  const hash = agreed(settings.hash, typed.hash, 'hash');
  return {
    ref: { ...ref, ...(pin !== undefined && { spkiSha256: pin }) },
    passwords,
    settings: { ...settings, ...(hash !== undefined && { hash }) },
  };
}
