import { rm } from 'node:fs/promises';
import type { KeyBackend, KeyRef } from '@securosys/core';
import type { PacketAlgorithm } from '@securosys/ocicrypt';
import { type OpenPkcs11Options, openPkcs11 } from '@securosys/pkcs11';
import { connectTsb } from '@securosys/sign';
import { createTsbClient, type TsbClient } from '@securosys/tsb-client';
import { startTsbEmulator, type TsbEmulator } from '@securosys/tsb-emulator';
import { createTokenDirectory, softhsmModule } from '../../../packages/pkcs11/test/softhsm.js';
import type { Scope } from '../../lib/scope.js';

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
  /** What opens it in another process: one member of the provider's settings. */
  readonly settings: { readonly tsb: object } | { readonly pkcs11: OpenPkcs11Options };
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
  return { name: 'the TSB emulator', emulator, client, auth, backend, keys, settings: { tsb }, env: {} };
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
  const pkcs11: OpenPkcs11Options = { module, tokenLabel: label, pin, pinStateFolder: false };
  const backend = await openPkcs11(pkcs11);
  scope.defer(() => backend.close());
  await backend.createKey({ label: 'token-rsa', spec: 'rsa-2048', purpose: 'decrypt' });
  await backend.createKey({ label: 'token-ec', spec: 'ec-p256', purpose: 'derive' });
  const keys = [await heldKey(backend, 'token-rsa', 'RSA-OAEP'), await heldKey(backend, 'token-ec', 'ECDH-ES+A256KW')];
  return { name: 'SoftHSM2', module, label, pin, backend, keys, env, settings: { pkcs11 } };
}
