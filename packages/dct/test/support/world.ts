import { sign } from 'node:crypto';
import { cryptoParameters, sha256Hex as hash, type KeySpec, type PendingStore, type Prepared, SignError } from '@securosys/core';
import { issue, type TestKey, testKey } from '../../../pki/test/issue.js';
import {
  type DctRootPin,
  type DctUpdate,
  type MetadataSource,
  prepareRepository,
  prepareSigner,
  prepareTags,
  publishUpdate,
  type TagChanges,
  verifyRepository,
} from '../../src/index.js';
import { faultOf } from '../../src/model/fault.js';
import { FakeNotary } from './fake-notary.js';

export const gun = 'registry.example/team/app';
export const start = Date.UTC(2026, 10, 20, 12);
export const digest = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`;

export interface World {
  readonly server: FakeNotary;
  readonly root: TestKey;
  readonly rootCertificate: Uint8Array;
  readonly targets: TestKey;
  readonly signer: TestKey;
  /** Signs every part with whichever of our keys it waits for, and publishes. */
  publish(prepared: Prepared<DctUpdate>): Promise<DctUpdate>;
  signed(prepared: Prepared<DctUpdate>): DctUpdate;
  verify(options?: {
    root?: DctRootPin;
    cache?: PendingStore;
    now?: number;
    source?: MetadataSource;
  }): ReturnType<typeof verifyRepository>;
  tags(changes: TagChanges): Promise<DctUpdate>;
}

export async function rootCertificate(key: TestKey, name = gun): Promise<Uint8Array> {
  const validity = { notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2046, 0, 1) };
  const { der } = await issue(key, { subject: `CN=${name}`, validity });
  return der;
}

const all = new Map<string, TestKey>();

/** A key that `publish` finds by its public key. */
export function ownKey(spec: KeySpec, name: string): TestKey {
  const key = testKey(spec, name);
  all.set(Buffer.from(key.spki).toString('hex'), key);
  return key;
}

export function signUpdate(prepared: Prepared<DctUpdate>): DctUpdate {
  const signatures = prepared.parts.map(({ id, algorithm, input, spkiSha256 }) => {
    const key = [...all.values()].find(({ spki }) => hash(spki) === spkiSha256);
    if (!key) throw new Error(`no key for ${id}`);
    const { hash: name, parameters } = cryptoParameters(algorithm);
    return [id, new Uint8Array(sign(name, input.message, { key: key.privateKey, ...parameters }))] as const;
  });
  return prepared.assemble(Object.fromEntries(signatures));
}

/** A repository with a signer called `ci`; its tags `v1` and `v2` are signed. */
export async function world(rootSpec: KeySpec = 'ec-p256', signerSpec: KeySpec = 'ec-p256'): Promise<World> {
  const server = new FakeNotary(gun, start);
  const root = ownKey(rootSpec, 'dct root');
  const targets = ownKey('ec-p256', 'dct targets');
  const signer = ownKey(signerSpec, 'dct signer');
  const certificate = await rootCertificate(root);
  const publish = async (prepared: Prepared<DctUpdate>) => {
    const update = signUpdate(prepared);
    await publishUpdate(server, update);
    return update;
  };
  const verify: World['verify'] = ({ root: pin = { certificate }, cache, now = server.now, source = server } = {}) =>
    verifyRepository({ gun, root: pin, source, now, ...(cache && { cache }) });
  const tags = async (changes: TagChanges) => publish(prepareTags(await verify(), changes, { publicKey: signer.spki }));
  await publish(await prepareRepository(server, { rootCertificate: certificate, targetsKey: targets.spki, now: start }));
  await publish(prepareSigner(await verify(), { signer: 'ci', publicKey: signer.spki }));
  await tags({ set: { v1: { digest: digest(1), size: 100 }, v2: { digest: digest(2), size: 200 } } });
  return { server, root, rootCertificate: certificate, targets, signer, publish, signed: signUpdate, verify, tags };
}

/** Role and reason of a refusal. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'accepted';
  } catch (error) {
    if (!SignError.is(error)) throw error;
    return `${error.details.role} ${faultOf(error) ?? error.code}`;
  }
}
