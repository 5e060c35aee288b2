import {
  hexBytes,
  isJsonObject,
  type JsonObject,
  knownOptions,
  nodeCrypto,
  publicKeyFromSpki,
  sanitizeText,
  scanDer,
  sha256Hex,
  spkiOf,
  utf8Text,
} from '@securosys/core';
import type { PacketAlgorithm, ProviderKey } from '@securosys/ocicrypt';
import { pemBlocks } from '@securosys/pki';
import type { PasswordSources } from '../config/key-password.js';
import { textOf, wrong } from '../config/setting-values.js';
import { absolutePath, readNamedFile } from '../files/read-file.js';

/** A key that the provider serves. */
export interface KeySettings {
  /** What its backend knows it by. */
  readonly label?: string;
  readonly passwords: PasswordSources;
  /** @throws SignError for a file of the public key that cannot be read, or is another key's */
  load(): Promise<ProviderKey>;
}

const names = ['label', 'id', 'spkiSha256', 'publicKey', 'checkSha256', 'algorithm', 'passwordFile', 'passwordEnv'];
const algorithms: Readonly<Record<PacketAlgorithm, true>> = {
  'RSA-OAEP': true,
  'RSA-OAEP-256': true,
  'ECDH-ES+A256KW': true,
  RSA1_5: true,
  A256GCMKW: true,
};
const isAlgorithm = (name: string): name is PacketAlgorithm => Object.hasOwn(algorithms, name);

/**
 * A public key as most files have it, in one block of strict DER: OpenSSL would take milliseconds to find out what a file is, and to write the
 * same bytes again.
 */
function plainSpki(pem: Uint8Array): Uint8Array | undefined {
  try {
    const [block, ...others] = pemBlocks(utf8Text(pem));
    if (block?.label !== 'PUBLIC KEY' || others.length > 0) return undefined;
    scanDer(block.bytes, { what: 'public key' });
    publicKeyFromSpki(block.bytes);
    return block.bytes;
  } catch {
    return undefined; // whatever else it is, the platform reads it, or says that nobody can
  }
}

async function publicKeyIn(path: string, what: string): Promise<Uint8Array> {
  const bytes = await readNamedFile(path, what, 'own');
  try {
    return plainSpki(bytes) ?? spkiOf(nodeCrypto().createPublicKey(Buffer.from(bytes)));
  } catch {
    return wrong(`${what} holds no public key or certificate in PEM`); // the platform's error says nothing more
  }
}

/** A service reads its files once, as it does with its configuration. What failed is tried again. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => {
    loaded ??= load().catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
}

/** The pin of a symmetric key, which has no public half: with its algorithm, and in place of the others. */
function checkOf(json: JsonObject, what: string): string | undefined {
  const check = textOf(json, 'checkSha256');
  const symmetric = textOf(json, 'algorithm') === 'A256GCMKW';
  if (!symmetric) return check === undefined ? undefined : wrong(`${what}.checkSha256 is for keys with the algorithm A256GCMKW`);
  if (json.spkiSha256 !== undefined || json.publicKey !== undefined)
    wrong(`${what} is a symmetric key: checkSha256 says which, and it has no public key`);
  if (check === undefined) return wrong(`${what} has no checkSha256: nothing says which key it is`);
  return /^[0-9a-f]{64}$/.test(check) ? check : wrong(`${what}.checkSha256 is not 64 hexadecimal digits in lower case`);
}

function keyOf(kid: string, json: JsonObject): KeySettings {
  const what = `keys.${sanitizeText(kid, 80)}`;
  knownOptions(`${what} of the configuration`, json, names);
  const [label = kid, id, pin, file] = ['label', 'id', 'spkiSha256', 'publicKey'].map((name) => textOf(json, name));
  const [algorithm, passwordFile, passwordEnv] = ['algorithm', 'passwordFile', 'passwordEnv'].map((name) => textOf(json, name));
  const check = checkOf(json, what);
  if (check === undefined && pin === undefined && file === undefined)
    wrong(`${what} has neither spkiSha256 nor publicKey: nothing says which key it is`);
  if (pin !== undefined && !/^[0-9a-f]{64}$/.test(pin)) wrong(`${what}.spkiSha256 is not 64 hexadecimal digits in lower case`);
  if (algorithm !== undefined && !isAlgorithm(algorithm))
    return wrong(`${what}.algorithm is none of ${Object.keys(algorithms).join(', ')}`);
  const path = file === undefined ? undefined : absolutePath(file, `the configuration: ${what}.publicKey`);
  // A key with an id has no label unless one is said: both have to fit.
  const named = id === undefined ? { label } : { id: hexBytes(id, `${what}.id`), ...(json.label !== undefined && { label }) };
  return {
    ...(named.label !== undefined && { label: named.label }),
    passwords: { ...(passwordFile !== undefined && { passwordFile }), ...(passwordEnv !== undefined && { passwordEnv }) },
    load: once(async () => {
      const publicKey = path === undefined ? undefined : await publicKeyIn(path, `${what}.publicKey`);
      const own = publicKey && sha256Hex(publicKey);
      if (own !== undefined && pin !== undefined && own !== pin) wrong(`${what}: publicKey is another key than spkiSha256`);
      const spkiSha256 = pin ?? own;
      return {
        ref: { ...named, ...(spkiSha256 !== undefined && { spkiSha256 }), ...(check !== undefined && { checkSha256: check }) },
        ...(publicKey && { publicKey }),
        ...(algorithm !== undefined && { algorithm }),
      };
    }),
  };
}

/**
 * The keys of a configuration: those that the provider serves, and no others (S15). Each is pinned (S7).
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function keySettingsOf(config: JsonObject): ReadonlyMap<string, KeySettings> {
  const { keys } = config;
  if (!isJsonObject(keys) || Object.keys(keys).length === 0) return wrong('keys names no key that the provider serves');
  return new Map(
    Object.entries(keys).map(([kid, json]) => [
      kid,
      keyOf(kid, isJsonObject(json) ? json : wrong(`keys.${sanitizeText(kid, 80)} is not an object`)),
    ]),
  );
}
