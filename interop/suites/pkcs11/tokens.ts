import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeySpec } from '@securosys/core';
import { pemBytes } from '@securosys/pki';
import { createNssDatabase } from '../../../packages/pkcs11/test/nss.js';
import { createTokenDirectory, softhsmModule } from '../../../packages/pkcs11/test/softhsm.js';
import { succeed } from '../../lib/process.js';

/** A key that another program made. */
export interface MadeKey {
  /** CKA_ID, hex. */
  readonly id: string;
  /** CKA_LABEL; NSS has none for its private keys. */
  readonly label?: string;
  /** SubjectPublicKeyInfo as that program shows it, DER. */
  readonly spki: Uint8Array;
}

/** A token in a folder of its own, with keys that other programs made. */
export interface MadeToken {
  /** Path of the module. */
  readonly module: string;
  /** Where it keeps its objects; whoever made it removes it. */
  readonly folder: string;
  /** What `C_Initialize` gets beside flags: NSS only. */
  readonly parameters?: string;
  readonly label: string;
  readonly pin: string;
  /** What has to be in the environment before the module is loaded. */
  readonly env: Readonly<Record<string, string>>;
  readonly keys: Readonly<Partial<Record<KeySpec, MadeKey>>>;
}

const keyTypes: Partial<Record<KeySpec, string>> = {
  'rsa-2048': 'rsa:2048',
  'rsa-3072': 'rsa:3072',
  'rsa-4096': 'rsa:4096',
  'ec-p256': 'EC:prime256v1',
  'ec-p384': 'EC:secp384r1',
  'ec-p521': 'EC:secp521r1',
  ed25519: 'EC:edwards25519',
};

const spkiBytes = (key: KeyObject): Uint8Array => key.export({ format: 'der', type: 'spki' });

/** The public key as pkcs11-tool lists it: version 0.23 cannot write those of P-384. */
async function listedSpki(token: MadeToken, spec: KeySpec, id: string, file: string): Promise<Uint8Array> {
  if (spec.startsWith('rsa')) {
    await pkcs11Tool(token, '--read-object', '--type', 'pubkey', '--id', id, '--output-file', file);
    return readFile(file);
  }
  const listed = (await pkcs11Tool(token, '--list-objects', '--type', 'pubkey')).split(/^(?=Public Key Object)/m);
  const point = listed.flatMap((one) => (one.includes(`ID:         ${id}`) ? /EC_POINT: +([0-9a-f]+)/.exec(one)?.[1] : []))[0];
  if (point === undefined) throw new Error(`pkcs11-tool lists no public key ${id}`);
  const namedCurve = spec.replace('ec-p', 'P-');
  const { publicKey } = spec === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve });
  // Any key of the type, with the other point at its end: without the header of the OCTET STRING that the listing has around it.
  const spki = Buffer.from(spkiBytes(publicKey));
  const bytes = Buffer.from(point, 'hex').subarray(spec === 'ec-p521' ? 3 : 2);
  bytes.copy(spki, spki.length - bytes.length);
  return spkiBytes(createPublicKey({ key: spki, format: 'der', type: 'spki' }));
}

/** A SoftHSM2 whose token was made by `softhsm2-util`. */
export function softhsm(label = 'token', pin = '1234'): MadeToken {
  if (softhsmModule === undefined) throw new Error('SoftHSM2 is not installed (softhsm2, opensc)');
  const { path, configuration } = createTokenDirectory([{ label, pin }]);
  return { module: softhsmModule, folder: path, label, pin, env: { SOFTHSM2_CONF: configuration }, keys: {} };
}

/** `pkcs11-tool`, logged in to a token. */
export function pkcs11Tool({ module, label, pin, env }: MadeToken, ...args: string[]): Promise<string> {
  const session = ['--module', module, '--token-label', label, '--login', '--pin', pin];
  return succeed('pkcs11-tool', [...session, ...args], { env: { ...process.env, ...env } });
}

/** The same token with one key of each type, made by `pkcs11-tool` and labelled with their type. */
export async function withKeys(token: MadeToken, specs: readonly KeySpec[]): Promise<MadeToken> {
  const keys: Partial<Record<KeySpec, MadeKey>> = {};
  for (const [at, spec] of specs.entries()) {
    const id = `70${(at + 1).toString(16).padStart(2, '0')}`;
    const type = keyTypes[spec] as string;
    await pkcs11Tool(token, '--keypairgen', '--key-type', type, '--id', id, '--label', spec, '--usage-sign');
    keys[spec] = { id, label: spec, spki: await listedSpki(token, spec, id, join(token.folder, `${spec}.spki`)) };
  }
  return { ...token, keys };
}

const nssKeys: Partial<Record<KeySpec, readonly string[]>> = {
  'rsa-2048': ['-k', 'rsa', '-g', '2048'],
  'ec-p256': ['-k', 'ec', '-q', 'nistp256'],
};

/** A key database of NSS, with keys and self-signed certificates that `certutil` made. */
export async function nss(): Promise<MadeToken> {
  const { module, folder, label, pin, parameters } = createNssDatabase();
  const noise = join(folder, 'noise');
  await writeFile(noise, randomBytes(64));
  const token: MadeToken = { module, folder, label, pin, parameters, env: {}, keys: {} };
  const keys: Partial<Record<KeySpec, MadeKey>> = {};
  for (const [spec, type] of Object.entries(nssKeys) as [KeySpec, readonly string[]][]) {
    await certutil(token, '-S', '-z', noise, '-n', spec, '-s', `CN=${spec}`, '-x', '-t', ',,', ...type);
    const [certificate] = pemBytes(await certutil(token, '-L', '-n', spec, '-a'), 'CERTIFICATE');
    const id = new RegExp(`([0-9a-f]{40})\\s.*${spec}$`, 'm').exec(await certutil(token, '-K'))?.[1];
    if (!certificate || !id) throw new Error(`certutil made no ${spec}`);
    keys[spec] = { id, spki: spkiBytes(new X509Certificate(certificate).publicKey) };
  }
  return { ...token, keys };
}

/** `certutil` on the database of a token; it finds the PIN in the file that the database was made with. */
export function certutil({ folder }: MadeToken, ...args: string[]): Promise<string> {
  return succeed('certutil', [...args, '-d', `sql:${folder}`, '-f', join(folder, 'pin')]);
}
