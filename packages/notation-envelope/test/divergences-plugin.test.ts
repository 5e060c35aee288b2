import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64Text, utf8Bytes } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { handleNotation, type NotationPlugin, openEnvelope } from '@securosys/notation-envelope';
import { createPluginHost } from '@securosys/notation-envelope/plugin-host';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { now, testChain, testKey } from './helpers/certificates.js';
import { clockAt, jws, signed, subject } from './helpers/envelopes.js';
import { stampOf } from './helpers/verifiers.js';

/** Rows of `notation.md` §20.6: on our side of the contract, as plugin and as host. */
const ours = {
  name: 'example',
  version: '1.0.0',
  description: 'tests',
  url: 'https://example.com',
  clock: clockAt(now),
  keyRef: ({ keyId }: { keyId: string }) => ({ label: keyId }),
  open: () => {
    const backend = createMemoryBackend();
    backend.addKey({ label: 'release', privateKey: testKey('ec-p256').privateKey, chain: testChain() });
    return backend;
  },
};
async function ask(command: string, request: object, config: Record<string, string> = {}, plugin: NotationPlugin = ours) {
  const stdin = utf8Bytes(JSON.stringify({ ...request, pluginConfig: config }));
  const { stdout, stderr, exitCode } = await handleNotation({ argv: [command], stdin, env: {} }, plugin);
  return JSON.parse(exitCode === 0 ? stdout : stderr) as Record<string, string> & { capabilities?: string[] };
}
const about = { contractVersion: '1.0', keyId: 'release' };
const envelopeOf = (more: object = {}) => ({
  ...about,
  payloadType: 'application/vnd.cncf.notary.payload.v1+json',
  signatureEnvelopeType: jws,
  payload: base64Text(utf8Bytes(JSON.stringify({ targetArtifact: subject }))),
  ...more,
});

describe('as a plugin', () => {
  it('#43: the signing algorithm is stated correctly, although no host reads it', async () => {
    const { protected: head, payload } = JSON.parse(new TextDecoder().decode(signed().envelope)) as Record<string, string>;
    const request = {
      ...about,
      keySpec: 'EC-256',
      hashAlgorithm: 'SHA-256',
      payload: base64Text(utf8Bytes(`${head}.${payload}`)),
    };
    const answer = await ask('generate-signature', request, { mode: 'raw' });
    expect(answer).toMatchObject({ keyId: 'release', signingAlgorithm: 'ECDSA-SHA-256' });
  });

  it('#48, #49: one way of signing is offered at a time, and never one that hosts do not know', async () => {
    const offered = async (config?: Record<string, string>) =>
      (await ask('get-plugin-metadata', {}, config)).capabilities?.filter((one) => one.startsWith('SIGNATURE_GENERATOR.'));
    expect(await offered()).toEqual(['SIGNATURE_GENERATOR.ENVELOPE']);
    expect(await offered({ mode: 'raw' })).toEqual(['SIGNATURE_GENERATOR.RAW']);
  });

  it('#51: what a key is bound with arrives as pluginConfig, in which a name that nobody knows is refused', async () => {
    expect((await ask('describe-key', about)).keySpec).toBe('EC-256');
    expect((await ask('describe-key', about, { mod: 'raw' })).errorCode).toBe('VALIDATION_ERROR');
  });

  it('#52: a timestamp comes from the settings of the plugin, because hosts drop their own options', async () => {
    let token: Uint8Array<ArrayBuffer> | undefined;
    const timestamp = async (signature: Uint8Array) => (token = stampOf(signature));
    const stamping = { ...ours, timestamper: async () => ({ timestamp }) };
    const { signatureEnvelope } = await ask('generate-envelope', envelopeOf(), {}, stamping);
    expect(openEnvelope(Uint8Array.from(Buffer.from(signatureEnvelope ?? '', 'base64')), jws).timestamp).toEqual(token);
  });

  it('#60: an expiry that is asked for is in the envelope to the second, or the request is refused', async () => {
    const { signatureEnvelope } = await ask('generate-envelope', envelopeOf({ expiryDurationInSeconds: 3_600 }));
    const { attributes } = openEnvelope(Uint8Array.from(Buffer.from(signatureEnvelope ?? '', 'base64')), jws);
    expect((attributes.expiry as number) - attributes.signingTime).toBe(3_600_000);
    for (const expiryDurationInSeconds of [1.5, -1, '60', 1e300])
      expect((await ask('generate-envelope', envelopeOf({ expiryDurationInSeconds }))).errorCode).toBe('VALIDATION_ERROR');
  });
});

describe('as a host of verification plugins', () => {
  let folder: string;
  const install = (name: string, script: string) => {
    mkdirSync(join(folder, 'plugins', name), { recursive: true });
    const file = join(folder, 'plugins', name, `notation-${name}`);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return file;
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'notation-divergences-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.runIf(process.platform !== 'win32')(
    '#44: any exit code but 0 is a failure with the error on stderr, whatever is on stdout',
    async () => {
      install('failing', `echo '{"name":"failing"}'; echo '{"errorCode":"ERROR","errorMessage":"out of order"}' >&2; exit 3`);
      const plugin = await createPluginHost({ folder }).find('failing');
      await expect(plugin?.metadata()).rejects.toMatchObject({
        code: 'ERR_REQUEST_FAILED',
        message: expect.stringContaining('out of order'),
      });
    },
  );

  it.runIf(process.platform !== 'win32')('#45: an executable that is a link is not run', async () => {
    const real = install('real', 'exit 0');
    mkdirSync(join(folder, 'plugins', 'linked'));
    symlinkSync(real, join(folder, 'plugins', 'linked', 'notation-linked'));
    await expect(createPluginHost({ folder }).find('linked')).rejects.toMatchObject({ code: 'ERR_STORE' });
  });
});
