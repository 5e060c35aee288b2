import { createSigner, type KeySpec, type Signer } from '@securosys/core';
import { createOci, type Oci } from '@securosys/oci';
import { connectTsb, type ImageFormatId, type SignedImage, type SignImageOptions, signImage } from '@securosys/sign';
import { createTsbClient, type TsbClient } from '@securosys/tsb-client';
import { startTsbEmulator, type TsbEmulator } from '@securosys/tsb-emulator';
import { NotationHome } from '../../lib/notation-home.js';
import { type Registry, startDockerRegistry, startReferrersRegistry } from '../../lib/registries.js';
import type { Report } from '../../lib/report.js';
import type { Scope } from '../../lib/scope.js';

export const specs = ['rsa-2048', 'rsa-3072', 'rsa-4096', 'ec-p256', 'ec-p384', 'ec-p521'] as const satisfies KeySpec[];

/** Both envelopes, by our name and by notation's. */
export const formats = { 'notation-jws': 'jws', 'notation-cose': 'cose' } as const satisfies Partial<
  Record<ImageFormatId, string>
>;
export const formatIds = Object.keys(formats) as (keyof typeof formats)[];

/** What every part of the suite works with: two registries, a broker over HTTP with a key of each type, its CA's root. */
export interface World {
  readonly report: Report;
  readonly scope: Scope;
  readonly registries: readonly Registry[];
  readonly oci: Oci;
  readonly tsb: TsbEmulator;
  readonly client: TsbClient;
  readonly auth: { readonly type: 'token'; readonly token: string };
  readonly root: Uint8Array;
  /** Trusts the emulator's root and anybody of Acme. */
  readonly home: NotationHome;
  /** A backend as a process of its own would make it. */
  connect(): ReturnType<typeof connectTsb>;
  /** A key with a certificate by the emulator's CA. */
  signer(spec: KeySpec): Signer;
  sign(reference: string, spec?: KeySpec, options?: Partial<SignImageOptions>): Promise<SignedImage>;
}

export async function createWorld(report: Report, scope: Scope): Promise<World> {
  const registries = [await startReferrersRegistry(scope), await startDockerRegistry(scope)];
  const tsb = await startTsbEmulator({ banner: () => {}, timerIntervalMs: 200 });
  scope.defer(() => tsb.close());
  const auth = { type: 'token', token: tsb.token } as const;
  const client = createTsbClient({ url: tsb.url, auth });
  scope.defer(() => client.close());
  const connect = () => {
    const backend = connectTsb({ url: tsb.url, auth });
    scope.defer(() => backend.close());
    return backend;
  };
  const backend = connect();
  const oci = createOci({ plainHttp: registries.map(({ host }) => host) });
  const root = await tsb.tsb.certificateAuthority.root();
  const signers = new Map<KeySpec, Signer>();
  for (const spec of specs) {
    await client.keys.create({ label: spec, spec, policy: null });
    const { spki } = await backend.describeKey({ label: spec });
    const leaf = await tsb.tsb.certificateAuthority.issue({ spki, subject: `CN=${spec},O=Acme,ST=Zurich,C=CH` });
    signers.set(spec, createSigner(backend, { label: spec }, { chain: [leaf, root] }));
  }
  const signer = (spec: KeySpec) => signers.get(spec) as Signer;
  return {
    report,
    scope,
    registries,
    oci,
    tsb,
    client,
    auth,
    root,
    home: await NotationHome.create(scope, { anchors: [root] }),
    connect,
    signer,
    sign: (reference, spec = 'ec-p256', options = {}) =>
      signImage(reference, { signer: signer(spec), format: 'notation-jws', expiry: '90d', oci, ...options }),
  };
}
