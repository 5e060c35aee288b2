import { gzipSync } from 'node:zlib';
import { type Fetch, utf8Bytes } from '@securosys/core';
import { digestOf, mediaTypes, type Repository } from '@securosys/oci';
import { approvalEntry } from '@securosys/tsb-emulator';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { backendPrivateKey, connectTsb, providerOpener, providerRecipient } from '../../src/index.js';
import { createWorld, repositoryName } from '../helpers.js';

export const plainImage = `${repositoryName}:plain`;
export const encryptedImage = `${repositoryName}:encrypted`;
export const decryptedImage = `${repositoryName}:decrypted`;

const json = (value: unknown) => utf8Bytes(JSON.stringify(value));

/** Pushes an image of two layers whose config says what they unpack to. */
export async function pushPlain(repository: Repository, tag: string, about = ''): Promise<string> {
  const unpacked = ['the first layer', 'the second layer'].map((text) => utf8Bytes(text + about));
  const config = {
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: unpacked.map((bytes) => digestOf(bytes)) },
  };
  const layers = [];
  for (const bytes of unpacked) layers.push(await repository.pushBlob(Uint8Array.from(gzipSync(bytes)), mediaTypes.layerTarGzip));
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.imageManifest,
    config: await repository.pushBlob(json(config), mediaTypes.imageConfig),
    layers,
  };
  return (await repository.pushManifest(json(manifest), mediaTypes.imageManifest, { tag })).digest;
}

/** Pushes an index of two such images, for two platforms. */
export async function pushPlainIndex(repository: Repository, tag: string): Promise<string> {
  const manifests = [];
  for (const architecture of ['amd64', 'arm64']) {
    const { descriptor } = await repository.resolve(await pushPlain(repository, architecture, architecture));
    manifests.push({ ...descriptor, platform: { os: 'linux', architecture } });
  }
  const index = json({ schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests });
  return (await repository.pushManifest(index, mediaTypes.imageIndex, { tag })).digest;
}

/** A world with a plain image and a key in the HSM that opens images, for each use of which two people are asked or nobody. */
export async function createEncryptionWorld(options: { signing?: boolean; opening?: boolean } = {}) {
  const world = await createWorld({ approvals: options.signing ?? false });
  const { tsb, approvers, clock, store, oci } = world;
  const groups = [{ name: 'officers', quorum: 2, approvals: approvers.map(approvalEntry) }];
  const rule = { tokens: [{ name: 'open', timelock: 0, timeout: 86_400, groups }] };
  const { spki } = await tsb.addKey({
    label: 'images',
    privateKey: rsaKey(),
    attributes: { sign: false, decrypt: true },
    ...(options.opening && { policy: { ruleUse: rule, ruleBlock: rule, ruleUnblock: rule, ruleModify: rule } }),
  });
  let asked = 0;
  const fetch: Fetch = (input, init) => {
    asked++;
    return tsb.fetch(input, init);
  };
  const backend = connectTsb({ url: tsb.url, auth: { type: 'token', token: tsb.token }, fetch, clock });
  const opener = providerOpener({
    name: 'securosys',
    keys: [{ kid: 'images', key: backendPrivateKey(backend, { label: 'images' }, { store, clock }) }],
  });
  const plain = await pushPlain(oci.open(plainImage), 'plain');
  return {
    ...world,
    plain,
    opener,
    /** How often the broker was called for the key that opens images. */
    asked: () => asked,
    recipient: providerRecipient({ name: 'securosys', keys: [{ kid: 'images', spki }] }),
    sign: { signer: world.signer(), format: 'notation-jws', clock } as const,
  };
}
