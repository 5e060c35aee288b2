import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.js';

/** Outlives a run, because a key of 4096 bits takes seconds. The number changes when the keys have to. */
const folder = join(root, 'node_modules/.cache/securosys-test-keys-1');
const made = new Map<string, KeyObject>();

/** Several processes may make one key at once: the first to name its file is right, and all others take that one. */
function keep(path: string, privateKey: KeyObject): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const own = `${path}.${randomUUID()}`;
  writeFileSync(own, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  try {
    linkSync(own, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(own);
  }
}

/**
 * An RSA private key for tests that need one but do not test how keys are made. The same for the same size and name, in every file and
 * every run; another name gives another key.
 *
 * @param bits length of the modulus
 */
export function rsaKey(bits = 2048, name = 'one'): KeyObject {
  const path = join(folder, `${bits}-${encodeURIComponent(name)}.pem`);
  let key = made.get(path);
  if (!key) {
    if (!existsSync(path)) keep(path, generateKeyPairSync('rsa', { modulusLength: bits }).privateKey);
    key = createPrivateKey(readFileSync(path));
    made.set(path, key);
  }
  return key;
}

/** {@link rsaKey} with its public half, as `generateKeyPairSync` gives them. */
export function rsaPair(bits?: number, name?: string): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  const privateKey = rsaKey(bits, name);
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** What `addKey` of an emulator or a software backend takes for a key of this kind: {@link rsaKey} for RSA, and else a new key is made. */
export function keyMaterial<Spec extends string>(spec: Spec): { readonly spec: Spec } | { readonly privateKey: KeyObject } {
  const bits = /^rsa-(\d+)$/.exec(spec)?.[1];
  return bits === undefined ? { spec } : { privateKey: rsaKey(Number(bits)) };
}
