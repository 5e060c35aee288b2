import { base64Bytes, isJsonObject, type JsonObject, type JsonValue, SignError, utf8Text } from '@securosys/core';
import { checkHelperName } from './helper.js';

/** A configuration of Docker, or of notation, as far as it says how to log in. */
export interface LoginConfig {
  /** Helper for every registry without one of its own. */
  readonly credsStore: string | undefined;
  readonly credHelpers: ReadonlyMap<string, string>;
  /** Entries of `auths`, undecoded: they are secrets. */
  readonly auths: ReadonlyMap<string, JsonObject>;
  /** `insecureRegistries` of notation. Nothing is spoken to over http because of it: it is for `plainHttp`, if you mean it. */
  readonly insecureRegistries: readonly string[];
}

/** What an entry of `auths` holds. */
export type StoredLogin = { readonly username: string; readonly password: string } | { readonly identityToken: string };

const malformed = (why: string): never => {
  throw new SignError('ERR_MALFORMED', `registry configuration: ${why}`);
};

function optional(value: JsonValue | undefined): JsonValue | undefined {
  return value === null || value === '' ? undefined : value;
}

function objectOf(value: JsonValue | undefined, name: string): JsonObject {
  const given = optional(value);
  if (given === undefined) return {};
  return isJsonObject(given) ? given : malformed(`${name} is not an object`);
}

/** @throws SignError `ERR_MALFORMED`, without the value: it may be a secret in the wrong place */
export function loginConfig(json: JsonObject): LoginConfig {
  const store = optional(json.credsStore);
  if (store !== undefined && typeof store !== 'string') return malformed('credsStore is not text');
  const helpers = Object.entries(objectOf(json.credHelpers, 'credHelpers')).map(([host, helper]) => {
    if (typeof helper !== 'string') return malformed('a credential helper is not text');
    checkHelperName(helper);
    return [host, helper] as const;
  });
  if (store !== undefined) checkHelperName(store);
  const auths = Object.entries(objectOf(json.auths, 'auths')).map(
    ([host, entry]) => [host, isJsonObject(entry) ? entry : malformed('an entry of auths is not an object')] as const,
  );
  const insecure = optional(json.insecureRegistries) ?? [];
  if (!Array.isArray(insecure) || !insecure.every((host) => typeof host === 'string'))
    return malformed('insecureRegistries is not a list of hosts');
  return { credsStore: store, credHelpers: new Map(helpers), auths: new Map(auths), insecureRegistries: insecure };
}

/**
 * The login in an entry of `auths`: an identity token, else `auth` (Base64 of `name:password`), else name and password; `undefined` for an
 * entry that holds none, as Docker writes beside a credential store.
 * @throws SignError `ERR_MALFORMED`, without the value
 */
export function storedLogin(entry: JsonObject): StoredLogin | undefined {
  const { auth, username, password, identitytoken } = entry;
  const token = optional(identitytoken);
  if (token !== undefined)
    return typeof token === 'string' ? { identityToken: token } : malformed('an identity token is not text');
  const packed = optional(auth);
  if (packed !== undefined) return unpacked(packed);
  if (optional(username) === undefined) return undefined;
  return typeof username === 'string' && typeof password === 'string'
    ? { username, password }
    : malformed('name and password of a login are not text');
}

function unpacked(value: JsonValue): StoredLogin {
  if (typeof value !== 'string' || value.length > 64 * 1024) return malformed('the auth of a login is not text');
  let text: string;
  try {
    text = utf8Text(base64Bytes(value, 'auth'), 'auth');
  } catch {
    // The decoder's error may quote what it could not read.
    return malformed('the auth of a login is not Base64 of UTF-8 text');
  }
  const colon = text.indexOf(':');
  if (colon < 1) return malformed('the auth of a login holds no name and password');
  // Docker pads what it stored with zero bytes in old versions.
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
}
