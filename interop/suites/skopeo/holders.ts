import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyBackend, KeyRef } from '@securosys/core';
import type { PacketAlgorithm } from '@securosys/ocicrypt';
import { openPkcs11 } from '@securosys/pkcs11';
import { connectTsb } from '@securosys/sign';
import { createTsbClient, type TsbClient } from '@securosys/tsb-client';
import { startTsbEmulator, type TsbEmulator } from '@securosys/tsb-emulator';
import { createTokenDirectory, softhsmModule } from '../../../packages/pkcs11/test/softhsm.js';
import type { Scope } from '../../lib/scope.js';
import { pkcs11js } from '../pkcs11/notation-plugin.js';

/** A key of a holder, by its label. */
export interface HeldKey {
  readonly kid: string;
  readonly ref: KeyRef;
  readonly spki: Uint8Array;
  readonly algorithm: PacketAlgorithm;
}

/** A symmetric key of a holder: `ref` is pinned. */
export interface HeldSymmetricKey {
  readonly kid: string;
  readonly ref: KeyRef & { readonly checkSha256: string };
  readonly algorithm: 'A256GCMKW';
}

/** Where keys are. */
export interface Holder {
  readonly name: string;
  readonly backend: KeyBackend;
  /** The part of the executable's configuration that says where the keys are. */
  readonly settings: object;
  /** What has to be in the environment of that process. */
  readonly env: Readonly<Record<string, string>>;
  readonly keys: readonly HeldKey[];
  readonly symmetric: readonly HeldSymmetricKey[];
}

/** A broker over HTTP. */
export interface Broker extends Holder {
  readonly emulator: TsbEmulator;
  readonly client: TsbClient;
  readonly auth: { readonly type: 'token'; readonly token: string };
}

async function heldKey(backend: KeyBackend, label: string, algorithm: PacketAlgorithm): Promise<HeldKey> {
  const { spki } = await backend.describeKey({ label });
  return { kid: label, ref: { label }, spki, algorithm };
}

async function madeSymmetricKey(backend: KeyBackend, label: string): Promise<HeldSymmetricKey> {
  const info = await backend.createSymmetricKey?.({ label });
  const { checkSha256 } = info?.ref ?? {};
  if (checkSha256 === undefined) throw new Error(`${backend.id} makes no symmetric keys`);
  return { kid: label, ref: { label, checkSha256 }, algorithm: 'A256GCMKW' };
}

/** The emulator of the TSB, with RSA keys that decrypt and an AES key. */
export async function startBroker(scope: Scope): Promise<Broker> {
  const emulator = await startTsbEmulator({ banner: () => {}, timerIntervalMs: 200 });
  scope.defer(() => emulator.close());
  const auth = { type: 'token', token: emulator.token } as const;
  const tsb = { url: emulator.url, auth };
  const client = createTsbClient(tsb);
  scope.defer(() => client.close());
  const backend = connectTsb(tsb);
  scope.defer(() => backend.close());
  const keys: HeldKey[] = [];
  for (const [label, algorithm] of [
    ['layers', 'RSA-OAEP-256'],
    ['more-layers', 'RSA-OAEP'],
  ] as const) {
    const attributes = { sign: false, decrypt: true };
    await client.keys.create({ label, spec: 'rsa-2048', policy: null, attributes });
    keys.push(await heldKey(backend, label, algorithm));
  }
  const settings = { restApi: emulator.url, authType: 'TOKEN', token: emulator.token };
  const symmetric = [await madeSymmetricKey(backend, 'aes-layers')];
  return { name: 'the TSB emulator', emulator, client, auth, backend, keys, symmetric, settings, env: {} };
}

/** A token of SoftHSM2 with an RSA, an EC and an AES key; its RSA-OAEP knows SHA-1 only. */
export interface Token extends Holder {
  readonly module: string;
  readonly label: string;
  readonly pin: string;
}

export async function makeToken(scope: Scope): Promise<Token> {
  if (softhsmModule === undefined) throw new Error('SoftHSM2 is not installed (softhsm2)');
  const [label, pin, module] = ['images', '1234', softhsmModule];
  const directory = createTokenDirectory([{ label, pin }]);
  scope.defer(() => rm(directory.path, { recursive: true, force: true }));
  const env = { SOFTHSM2_CONF: directory.configuration };
  // The module reads it when it is loaded, in this process.
  Object.assign(process.env, env);
  const backend = await openPkcs11({ module, tokenLabel: label, pin, pinStateFolder: false });
  scope.defer(() => backend.close());
  await backend.createKey({ label: 'token-rsa', spec: 'rsa-2048', purpose: 'decrypt' });
  await backend.createKey({ label: 'token-ec', spec: 'ec-p256', purpose: 'derive' });
  const keys = [await heldKey(backend, 'token-rsa', 'RSA-OAEP'), await heldKey(backend, 'token-ec', 'ECDH-ES+A256KW')];
  const symmetric = [await madeSymmetricKey(backend, 'token-aes')];
  const pinFile = join(directory.path, 'pin');
  await writeFile(pinFile, pin, { mode: 0o600 });
  const settings = { backend: 'pkcs11', module, tokenLabel: label, pinFile, pkcs11js: pkcs11js() };
  return { name: 'SoftHSM2', module, label, pin, backend, keys, symmetric, env, settings };
}
