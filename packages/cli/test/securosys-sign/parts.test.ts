import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spkiOf, utf8Bytes } from '@securosys/core';
import { pemText } from '@securosys/pki';
import { connectMemory, createOci, createSigner, createTimestamper, type SignImageOptions, signImage } from '@securosys/sign';
import { createFakeTsa } from '@securosys/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChainSettings, ocsp, testChain, testKey } from '../../../notation-envelope/test/helpers/certificates.js';

const program = fileURLToPath(new URL('../../dist/securosys-sign.cjs', import.meta.url));
const key = testKey('ec-p256');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parts-'));
  // Says at the end which parts the program has loaded.
  const parts = `process.on('exit', () => require('fs').writeSync(2, JSON.stringify(Object.keys(require.cache))));`;
  writeFileSync(join(folder, 'tell.cjs'), parts);
  writeFileSync(join(folder, 'key.pem'), pemText(spkiOf(key.privateKey), 'PUBLIC KEY'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A layout with an image that has one signature, and a trust folder of Notation for it. */
async function signed(
  name: string,
  options: Pick<SignImageOptions, 'format' | 'timestamper'> & { shapes?: ['bundle'] },
  settings: ChainSettings = {},
  tsa?: Uint8Array,
) {
  const chain = testChain({ leafKey: key, ...settings });
  const backend = connectMemory();
  backend.addKey({ label: 'release', privateKey: key.privateKey });
  const signer = createSigner(backend, { label: 'release' }, options.format === 'cosign' ? {} : { chain });
  const [oci, image] = [createOci(), `oci:${join(folder, name)}:1`];
  const repository = oci.open(image);
  const config = await repository.pushBlob(utf8Bytes('{}'), 'application/vnd.oci.image.config.v1+json');
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = utf8Bytes(JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [] }));
  await repository.pushManifest(manifest, mediaType, { tag: '1' });
  await signImage(image, { signer, oci, ...options });
  const trust = join(folder, `${name}-trust`);
  const store = (type: string, der: Uint8Array) => {
    mkdirSync(join(trust, 'truststore/x509', type, 'ours'), { recursive: true });
    writeFileSync(join(trust, 'truststore/x509', type, 'ours/root.pem'), pemText(der, 'CERTIFICATE'));
    return `${type}:ours`;
  };
  const trustStores = [store('ca', chain.at(-1) as Uint8Array), ...(tsa ? [store('tsa', tsa)] : [])];
  const statement = { name: 'all', registryScopes: ['*'], trustStores, trustedIdentities: ['*'] };
  const signatureVerification = { level: 'strict', ...(tsa && { verifyTimestamp: 'always' }) };
  const document = { version: '1.0', trustPolicies: [{ ...statement, signatureVerification }] };
  writeFileSync(join(trust, 'trustpolicy.json'), JSON.stringify(document));
  return { image, trust };
}

function verify(image: string, ...options: string[]) {
  const words = ['--require', join(folder, 'tell.cjs'), program, 'verify', '--json', '--allow-emulated', ...options, image];
  const { stdout, stderr, status } = spawnSync(process.execPath, words, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: folder },
  });
  const loaded = (JSON.parse(stderr) as string[]).map((path) => basename(path, '.cjs'));
  return { status, said: stdout, parts: loaded.filter((name) => !['tell', 'securosys-sign'].includes(name)).sort() };
}

describe('verify, as it is installed', () => {
  it('reads nothing for a JWS envelope in a layout that it does not need', async () => {
    const { image, trust } = await signed('jws', { format: 'notation-jws' });
    expect(verify(image, '--trust-folder', trust)).toMatchObject({ status: 0, parts: ['verify'] });
  });

  it('loads what reads COSE', async () => {
    const { image, trust } = await signed('cose', { format: 'notation-cose' });
    expect(verify(image, '--trust-folder', trust)).toMatchObject({ status: 0, parts: ['cose', 'verify'] });
  });

  it('loads what reads timestamps, and judges by them', async () => {
    const tsa = await createFakeTsa();
    const timestamper = createTimestamper({ url: tsa.url, anchors: [tsa.root], fetch: tsa.fetch });
    const { image, trust } = await signed('stamped', { format: 'notation-jws', timestamper }, {}, tsa.root);
    expect(verify(image, '--trust-folder', trust)).toMatchObject({ status: 0, parts: ['timestamp', 'verify'] });
  });

  it('loads what asks whether certificates were revoked, and refuses where nobody answers', async () => {
    const nobody = { extensions: [ocsp('http://127.0.0.1:1/')] };
    const { image, trust } = await signed('asked', { format: 'notation-jws' }, nobody);
    const { status, said, parts } = verify(image, '--trust-folder', trust);
    expect({ status, parts }).toEqual({ status: 1, parts: ['revocation', 'verify'] });
    expect(said).toContain('revocation-unknown');
  });

  it('loads what verifies with keys of cosign', async () => {
    const { image } = await signed('cosign', { format: 'cosign', shapes: ['bundle'] });
    const { status, parts } = verify(image, '--cosign-key', join(folder, 'key.pem'));
    expect({ status, parts }).toEqual({ status: 0, parts: ['cosign', 'verify'] });
  });
});
