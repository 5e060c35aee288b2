import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSigner, type KeyBackend, type KeySpec, type Signer, type SignerOptions, sha256Hex } from '@securosys/core';
import { openPkcs11 } from '@securosys/pkcs11';
import { pemText } from '@securosys/pki';

import { createTsbBackend, createTsbClient, type TsbClient } from '@securosys/tsb-client';
import { startTsbEmulator, type TsbEmulator } from '@securosys/tsb-emulator';
import { createTokenDirectory, softhsmModule } from '../../../packages/pkcs11/test/softhsm.js';
import type { Scope } from '../../lib/scope.js';
import { pkcs11js } from '../pkcs11/notation-plugin.js';

/** A key of a holder: its label, and its public half as cosign reads it. */
export interface HeldKey {
  readonly label: string;
  readonly publicKey: string;
  readonly publicPath: string;
  /** Of its SubjectPublicKeyInfo, hexadecimal. */
  readonly spkiSha256: string;
}

/** Where keys are. */
export interface Holder {
  readonly name: string;
  readonly backend: KeyBackend;
  /** The part of the plugin's configuration that says where the keys are. */
  readonly settings: object;
  /** What has to be in the environment of that process. */
  readonly env: Readonly<Record<string, string>>;
  /** The key of this label, with its public half in a file. */
  key(label: string): Promise<HeldKey>;
  signer(label: string, options?: SignerOptions): Signer;
}

/** A broker over HTTP, and what makes its keys. */
export interface Broker extends Holder {
  readonly emulator: TsbEmulator;
  readonly client: TsbClient;
  readonly auth: { readonly type: 'token'; readonly token: string };
}

async function keysOf(scope: Scope, backend: KeyBackend): Promise<Pick<Holder, 'key' | 'signer'>> {
  const folder = await scope.folder();
  const made = new Map<string, Promise<HeldKey>>();
  const make = async (label: string): Promise<HeldKey> => {
    const { spki } = await backend.describeKey({ label });
    const publicKey = pemText(spki, 'PUBLIC KEY');
    const publicPath = join(folder, `${label}.pub`);
    await writeFile(publicPath, publicKey);
    return { label, publicKey, publicPath, spkiSha256: sha256Hex(spki) };
  };
  return {
    key(label) {
      // Cases run side by side: nobody may read a file that is being written again.
      const key = made.get(label) ?? make(label);
      made.set(label, key);
      return key;
    },
    signer: (label, options = {}) => createSigner(backend, { label }, { allowOpaque: true, ...options }),
  };
}

/** The emulator of the TSB, with keys labelled by their types that anybody with its token may use. */
export async function startBroker(scope: Scope, specs: readonly KeySpec[]): Promise<Broker> {
  const emulator = await startTsbEmulator({ banner: () => {}, timerIntervalMs: 200 });
  scope.defer(() => emulator.close());
  const auth = { type: 'token', token: emulator.token } as const;
  const client = createTsbClient({ url: emulator.url, auth });
  scope.defer(() => client.close());
  const backend = createTsbBackend({ url: emulator.url, auth });
  scope.defer(() => backend.close());
  for (const spec of specs) await client.keys.create({ label: spec, spec, policy: null });
  const settings = { restApi: emulator.url, authType: 'TOKEN', token: emulator.token, allowEmulated: true };
  const keys = await keysOf(scope, backend);
  return { name: 'the TSB emulator', emulator, client, auth, backend, settings, env: {}, ...keys };
}

/** A token of SoftHSM2 with keys labelled by their types. */
export async function makeToken(scope: Scope, specs: readonly KeySpec[]): Promise<Holder> {
  if (softhsmModule === undefined) throw new Error('SoftHSM2 is not installed (softhsm2)');
  const [tokenLabel, pin, module] = ['images', '1234', softhsmModule];
  const directory = createTokenDirectory([{ label: tokenLabel, pin }]);
  scope.defer(() => rm(directory.path, { recursive: true, force: true }));
  const env = { SOFTHSM2_CONF: directory.configuration };
  // The module reads it when it is loaded, in this process.
  Object.assign(process.env, env);
  const backend = await openPkcs11({ module, tokenLabel, pin, pinStateFolder: false });
  scope.defer(() => backend.close());
  for (const spec of specs) await backend.createKey({ label: spec, spec, purpose: 'sign' });
  const pinFile = join(directory.path, 'pin');
  await writeFile(pinFile, pin, { mode: 0o600 });
  const settings = { backend: 'pkcs11', module, tokenLabel, pinFile, pkcs11js: pkcs11js() };
  return { name: 'SoftHSM2', backend, settings, env, ...(await keysOf(scope, backend)) };
}
