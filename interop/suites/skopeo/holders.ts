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

/** Where keys are. */
export interface Holder {
  readonly name: string;
  readonly backend: KeyBackend;
  /** The part of the executable's configuration that says where the keys are. */
  readonly settings: object;
  /** What has to be in the environment of that process. */
  readonly env: Readonly<Record<string, string>>;
  readonly keys: readonly HeldKey[];
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

/** The emulator of the TSB, with RSA keys that decrypt. */
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
  return { name: 'the TSB emulator', emulator, client, auth, backend, keys, settings, env: {} };
}

/** A token of SoftHSM2 with an RSA and an EC key; its RSA-OAEP knows SHA-1 only. */
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
  const pinFile = join(directory.path, 'pin');
  await writeFile(pinFile, pin, { mode: 0o600 });
  const settings = { backend: 'pkcs11', module, tokenLabel: label, pinFile, pkcs11js: pkcs11js() };
  return { name: 'SoftHSM2', module, label, pin, backend, keys, env, settings };
}
