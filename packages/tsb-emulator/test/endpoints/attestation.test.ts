import { base64Bytes } from '@securosys/core';
import { verifyAttestation } from '@securosys/tsb-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../support.js';

let world: World;
const verified = async (attestation: Parameters<typeof verifyAttestation>[0]) =>
  verifyAttestation(attestation, { roots: [await world.tsb.attestationRoot()], clock: world.clock, allowEmulated: true });

beforeAll(async () => {
  world = createWorld();
  await world.tsb.addKey({ label: 'k', spec: 'ec-p256', attributes: { derive: true } });
});

describe('attestation over HTTP (§2.3)', () => {
  it.each(['k', "k/44'/0'"])('archive and JSON twin of %s verify, and say whose they are', async (label) => {
    const { json } = (await world.call('POST', '/v1/key/attributes', { label })).body as { json: { publicKey: string } };
    const response = await world.tsb.fetch(`${world.tsb.url}/v1/key/keyAttestation`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.tsb.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ label }),
    });
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    const zip = new Uint8Array(await response.arrayBuffer());
    const twin = (await world.call('POST', '/v1/attestation/key', { label })).body;
    for (const attestation of [{ zip }, twin as never]) {
      const facts = await verified(attestation);
      expect(facts).toMatchObject({ label, spki: base64Bytes(json.publicKey), emulated: true });
    }
  });

  it('gives the chain under any name of the attestation key', async () => {
    const { body } = await world.call('GET', '/v1/attestation/attestation-key');
    const chain = (body.attestationCertificateChain as string[]).map((text) => base64Bytes(text));
    expect(chain).toEqual(await world.tsb.attestationChain());
  });

  it('a secret key has one as well, under another root element', async () => {
    await world.tsb.addKey({ label: 'aes', spec: 'aes-256' });
    const { body } = await world.call('POST', '/v1/key/attributes', { label: 'aes' });
    expect(body.xml).toMatch(/^<\?xml [^>]*>\n<secret_key creation="generated">/);
    expect(body.xml).toContain('<key_size>256</key_size>');
  });
});
