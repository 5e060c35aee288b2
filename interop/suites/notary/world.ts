import { createSigner, type KeyBackend, type KeyInfo, type Prepared, type Signer, sha256Hex } from '@securosys/core';
import {
  type DctRootPin,
  type DctUpdate,
  dctFormat,
  type NotaryServer,
  openNotaryServer,
  prepareRepository,
  prepareSigner,
  prepareTags,
  publishUpdate,
  type TagChanges,
  type TrustedRepository,
  tagsOf,
  verifyRepository,
} from '@securosys/dct';
import { prepareCertificate } from '@securosys/pki';
import type { Report } from '../../lib/report.js';
import type { Scope } from '../../lib/scope.js';
import { type Broker, type Holder, makeToken, startBroker } from '../cosign/holders.js';
import { type RealServer, startLocalServer, startServerWithSigner } from './servers.js';

/** What every part of the suite works with. */
export interface World {
  readonly report: Report;
  readonly scope: Scope;
  readonly servers: readonly RealServer[];
  readonly broker: Broker;
  readonly token: Holder;
  /** A repository name that nobody has used. */
  gun(): string;
}

export async function createWorld(report: Report, scope: Scope): Promise<World> {
  let used = 0;
  const specs = ['rsa-2048', 'rsa-3072', 'ec-p256', 'ec-p384', 'ed25519'] as const;
  return {
    report,
    scope,
    servers: [await startLocalServer(scope), await startServerWithSigner(scope)],
    broker: await startBroker(scope, specs),
    token: await makeToken(scope, specs),
    gun: () => `localhost:5000/interop/app-${++used}`,
  };
}

/** A key that signs parts. */
export interface PartKey {
  readonly info: KeyInfo;
  readonly signer: Signer;
}

export async function partKey(backend: KeyBackend, label: string): Promise<PartKey> {
  const signer = createSigner(backend, { label }, { formats: [dctFormat], allowCertificates: true });
  return { info: await signer.describe(), signer };
}

/** Has every part signed by the key that it waits for, after a way over JSON. */
export async function signParts(prepared: Prepared<DctUpdate>, keys: readonly PartKey[], timeoutMs = 30_000): Promise<DctUpdate> {
  const signatures: Record<string, Uint8Array> = {};
  for (const { id, algorithm, input, domain, facts, spkiSha256 } of prepared.parts) {
    const key = keys.find(({ info }) => info.ref.spkiSha256 === spkiSha256);
    if (!key) throw new Error(`no key for ${id}`);
    signatures[id] = await key.signer.sign({ algorithm, input, facts, ...(domain && { domain }) }, { timeoutMs });
  }
  return dctFormat.restore(JSON.parse(JSON.stringify(prepared.toJSON()))).assemble(signatures);
}

const day = 86_400_000;

/** A root certificate for a repository, signed by its own key. */
export async function rootCertificate({ info, signer }: PartKey, gun: string): Promise<Uint8Array> {
  const validity = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 3650 * day };
  const prepared = await prepareCertificate({ subject: `CN=${gun}`, key: info, validity, profile: 'leaf' });
  const [part] = prepared.parts;
  if (!part) throw new Error('nothing to sign');
  const { id, algorithm, input, domain } = part;
  return prepared.assemble({ [id]: await signer.sign({ algorithm, input, ...(domain && { domain }) }) });
}

/** A repository that we have set up. */
export interface OurRepository {
  readonly gun: string;
  readonly server: NotaryServer;
  readonly pin: DctRootPin;
  readonly certificate: Uint8Array;
  verify(pin?: DctRootPin): Promise<TrustedRepository>;
  publish(prepared: Prepared<DctUpdate>, keys: readonly PartKey[]): Promise<void>;
  sign(changes: TagChanges, key: PartKey): Promise<void>;
}

export function openServer(scope: Scope, { url, host, ca }: RealServer, gun: string): NotaryServer {
  const server = openNotaryServer({ url, gun, ...(ca === undefined ? { plainHttp: [host] } : { ca }) });
  scope.defer(() => server.close());
  return server;
}

export interface RepositoryKeys {
  readonly root: PartKey;
  readonly targets: PartKey;
  readonly signer: PartKey;
}

/** Sets a repository up: root, targets, and the signer `ci`. */
export async function ourRepository(
  { scope, gun: freshGun }: Pick<World, 'scope' | 'gun'>,
  real: RealServer,
  { root, targets, signer }: RepositoryKeys,
): Promise<OurRepository> {
  const gun = freshGun();
  const server = openServer(scope, real, gun);
  const certificate = await rootCertificate(root, gun);
  const pin = { certificate };
  const own: OurRepository = {
    gun,
    server,
    pin,
    certificate,
    verify: (other = pin) => verifyRepository({ gun, root: other, source: server, now: Date.now() }),
    publish: async (prepared, keys) => publishUpdate(server, await signParts(prepared, keys)),
    sign: async (changes, key) => own.publish(prepareTags(await own.verify(), changes, { publicKey: key.info.spki }), [key]),
  };
  const prepared = await prepareRepository(server, {
    rootCertificate: certificate,
    targetsKey: targets.info.spki,
    now: Date.now(),
  });
  await own.publish(prepared, [root, targets]);
  await own.publish(prepareSigner(await own.verify(), { signer: 'ci', publicKey: signer.info.spki }), [targets]);
  return own;
}

/** What a tag of a test stands for. */
export const manifestOf = (text: string) => {
  const bytes = new TextEncoder().encode(text);
  return { digest: `sha256:${sha256Hex(bytes)}`, size: bytes.byteLength };
};

/** Tags that we believe, with their digests. */
export const believed = (repository: TrustedRepository) =>
  Object.fromEntries(tagsOf(repository).trusted.map(({ tag, digest }) => [tag, digest]));
