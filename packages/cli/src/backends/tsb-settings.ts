import {
  base64Bytes,
  equalBytes,
  isJsonObject,
  type JsonObject,
  knownOptions,
  nodeCrypto,
  spkiOf,
  utf8Text,
} from '@securosys/core';
import { type ApiKeys, type ApplicationKey, applicationKeyFromPrivateKey, type TsbAuth } from '@securosys/tsb-client';
import type { Environment } from '../config/environment.js';
import { flagOf, needed, textOf, wrong } from '../config/setting-values.js';
import { readNamedFile } from '../files/read-file.js';

/** What a configuration says about a Transaction Security Broker. Secrets are behind functions. */
export interface TsbSettings {
  readonly url: string;
  readonly auth: TsbAuth;
  readonly apiKeys?: ApiKeys;
  /** PEM. */
  readonly ca?: Uint8Array;
  readonly proxy?: 'environment';
  readonly partition?: string;
  readonly applicationKey?: ApplicationKey;
  readonly allowPasswordInRequest: boolean;
}

/** Members that a configuration of a TSB may have beside those of all. */
export const tsbNames = [
  'restApi',
  'authType',
  'token',
  'tokenFile',
  'certpath',
  'keypath',
  'caFile',
  'proxy',
  'partition',
  'apiKeys',
  'applicationKeyPair',
  'allowPasswordInRequest',
];

const apiKeyNames = {
  KeyManagementToken: 'keyManagement',
  KeyOperationToken: 'keyOperation',
  ServiceToken: 'service',
} as const;

/** A token that the file names is the one; only without any the environment is asked. */
function tokenOf(json: JsonObject, env: Environment): () => Promise<string> {
  const token = textOf(json, 'token');
  const file = textOf(json, 'tokenFile');
  if (token !== undefined && file !== undefined) return wrong('token and tokenFile stand side by side');
  return async () => {
    if (token !== undefined) return token;
    if (file === undefined)
      return env.TSB_TOKEN || wrong('there is no token: give tokenFile, token, or TSB_TOKEN in the environment');
    return utf8Text(await readNamedFile(file, 'tokenFile', 'private'), 'tokenFile').trim();
  };
}

function authOf(json: JsonObject, env: Environment): TsbAuth {
  const type = textOf(json, 'authType') ?? 'TOKEN';
  if (type === 'NONE') return { type: 'none' };
  if (type === 'TOKEN') return { type: 'token', token: tokenOf(json, env) };
  if (type !== 'CERT') return wrong("authType is none of 'TOKEN', 'CERT' and 'NONE'");
  const certificate = needed(json, 'certpath');
  const key = needed(json, 'keypath');
  const hasToken = textOf(json, 'token') !== undefined || textOf(json, 'tokenFile') !== undefined;
  return {
    type: 'certificate',
    certificate: async () => utf8Text(await readNamedFile(certificate, 'certpath', 'own'), 'certpath'),
    privateKey: async () => utf8Text(await readNamedFile(key, 'keypath', 'private'), 'keypath'),
    ...(hasToken && { token: tokenOf(json, env) }),
  };
}

function apiKeysOf(json: JsonObject): ApiKeys | undefined {
  const { apiKeys } = json;
  if (apiKeys === undefined || apiKeys === null) return undefined;
  if (!isJsonObject(apiKeys)) return wrong('apiKeys is not an object');
  knownOptions('apiKeys of the configuration', apiKeys, Object.keys(apiKeyNames));
  const roles = Object.entries(apiKeyNames).flatMap(([name, role]) => {
    const keys = apiKeys[name] ?? [];
    if (!Array.isArray(keys) || !keys.every((key): key is string => typeof key === 'string'))
      return wrong(`apiKeys.${name} is not a list of texts`);
    return keys.length === 0 ? [] : [[role, () => keys] as const];
  });
  return Object.fromEntries(roles);
}

/** A private key in DER, as PKCS#8 or as what came before it. */
function privateKeyOf(der: Uint8Array) {
  for (const type of ['pkcs8', 'pkcs1', 'sec1'] as const) {
    try {
      return nodeCrypto().createPrivateKey({ key: Buffer.from(der), format: 'der', type });
    } catch {
      // The next form; when it is none, what went wrong in any of them says nothing, and may quote the key.
    }
  }
  return wrong('applicationKeyPair.privateKey is no private key in base64 of DER');
}

function keyBytes(text: string, name: string): Uint8Array {
  try {
    return base64Bytes(text.replace(/\s/g, ''), name);
  } catch {
    return wrong(`applicationKeyPair.${name} is not base64`); // the decoder's error could say where in the key it stopped
  }
}

function applicationKeyOf(json: JsonObject): ApplicationKey | undefined {
  const { applicationKeyPair: pair } = json;
  if (pair === undefined || pair === null) return undefined;
  if (!isJsonObject(pair)) return wrong('applicationKeyPair is not an object');
  knownOptions('applicationKeyPair of the configuration', pair, ['publicKey', 'privateKey']);
  const secret = textOf(pair, 'privateKey');
  if (secret === undefined) return undefined;
  const key = privateKeyOf(keyBytes(secret, 'privateKey'));
  const shown = textOf(pair, 'publicKey');
  const own = spkiOf(nodeCrypto().createPublicKey(key));
  if (shown !== undefined && !equalBytes(keyBytes(shown, 'publicKey'), own))
    return wrong('publicKey and privateKey of applicationKeyPair do not belong together');
  return applicationKeyFromPrivateKey(key);
}

/**
 * The part of a configuration that a TSB is reached by.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_NOT_FOUND` and `ERR_STORE` for files that it names
 */
export async function tsbSettingsOf(config: JsonObject, env: Environment): Promise<TsbSettings> {
  const proxy = textOf(config, 'proxy');
  if (proxy !== undefined && proxy !== 'environment') wrong("proxy is 'environment', or absent");
  const apiKeys = apiKeysOf(config);
  const applicationKey = applicationKeyOf(config);
  const partition = textOf(config, 'partition');
  const ca = textOf(config, 'caFile');
  return {
    url: needed(config, 'restApi'),
    auth: authOf(config, env),
    ...(apiKeys && { apiKeys }),
    ...(ca !== undefined && { ca: await readNamedFile(ca, 'caFile', 'own') }),
    ...(proxy && { proxy }),
    ...(partition !== undefined && { partition }),
    ...(applicationKey && { applicationKey }),
    allowPasswordInRequest: flagOf(config, 'allowPasswordInRequest'),
  };
}
