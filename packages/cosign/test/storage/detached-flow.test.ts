import { base64Text, sha256Hex, utf8Bytes } from '@securosys/core';
import {
  attachCosignSignature,
  collectCosign,
  cosignTrust,
  detachedSignature,
  evaluateCosignImage,
  generatePayload,
  timestampResponse,
} from '@securosys/cosign';
import { describe, expect, it } from 'vitest';
import { layerAnnotations } from '../../src/constants.js';
import { signOver } from '../signing/artifacts.js';
import { by, name, other, p256, tagged, tagOf, world } from './world.js';

describe('the detached flow: generate, sign elsewhere, attach (cosign.md §4)', () => {
  it('generates what `cosign generate` writes, byte for byte (vectors T1 and T2)', () => {
    const repository = { name: 'registry.example:5000/team/app' };
    const subject = { digest: `sha256:${'ab'.repeat(32)}` };
    const plain = generatePayload(repository, subject);
    const annotated = generatePayload(repository, subject, { build: '42', a: 'x<y' });
    expect([plain, annotated].map((bytes) => [bytes.byteLength, sha256Hex(bytes)])).toEqual([
      [246, '73989f516fe6403836eef8951983039f88ae0f04339411821df4c640c4d20f66'],
      [271, '3fe596a3a4dd08f34a96c7fee029c42cfa3a4884167e9053b2f1f2be1c7a7ac9'],
    ]);
    const hub = new TextDecoder().decode(generatePayload({ name: 'docker.io/library/x' }, subject));
    expect(hub).toContain('"docker-reference":"index.docker.io/library/x"');
  });

  it('attaches a file that GNU base64 broke into lines, on one line, once', async () => {
    const w = world();
    const payload = generatePayload(w.repository, w.subject, { build: '42' });
    const text = base64Text(signOver(payload));
    const signature = utf8Bytes(`${text.replace(/.{76}/g, '$&\n')}\n`);
    for (let i = 0; i < 2; i++) await attachCosignSignature(w.repository, { payload, signature }, w.subject, { by: by(p256) });
    const { layers } = tagged(w, tagOf(w.subject, '.sig'));
    expect(layers.map(({ annotations }) => annotations)).toEqual([{ [layerAnnotations.signature]: text }]);
    const trust = cosignTrust({ keys: [{ publicKey: p256.spki }], annotations: { build: '42' } });
    expect(await evaluateCosignImage(w.repository, w.subject, trust)).toMatchObject({ verdict: 'trusted' });
  });

  it('keeps the timestamp that came with it', async () => {
    const w = world();
    const payload = generatePayload(w.repository, w.subject);
    const token = Uint8Array.of(0x30, 0);
    const timestamp = timestampResponse(token);
    await attachCosignSignature(
      w.repository,
      { payload, signature: detachedSignature({ signature: signOver(payload) }), timestamp },
      w.subject,
    );
    const [stored] = (await collectCosign(w.repository, w.subject)).signatures;
    expect(stored?.layer.annotations?.[layerAnnotations.timestamp]).toBe(`{"SignedRFC3161Timestamp":"${base64Text(timestamp)}"}`);
    const bare = { payload, signature: detachedSignature({ signature: signOver(payload) }), timestamp: token };
    await expect(attachCosignSignature(w.repository, bare, w.subject)).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
  });

  it.each([
    ['a payload about another image', 'ERR_DIGEST_MISMATCH', { digest: `sha256:${'cd'.repeat(32)}` }, undefined],
    ['a signature of another key, when it is said whose it is', 'ERR_SIGNATURE_MISMATCH', undefined, other],
    ['the raw signature, which cosign stores damaged', 'ERR_MALFORMED', undefined, undefined],
  ])('refuses %s, and stores nothing', async (_, code, about, key) => {
    const w = world();
    const payload = generatePayload(w.repository, about ?? w.subject);
    const made = signOver(payload, key ?? p256);
    const signature = code === 'ERR_MALFORMED' ? made : detachedSignature({ signature: made });
    const attached = attachCosignSignature(w.repository, { payload, signature }, w.subject, { by: by(p256) });
    await expect(attached).rejects.toMatchObject({ code });
    expect(w.registry.requests).toEqual([]);
    expect(w.repository.name).toBe(name);
  });

  it('refuses a payload that is none', async () => {
    const w = world();
    const signature = detachedSignature({ signature: signOver(utf8Bytes('{}')) });
    await expect(attachCosignSignature(w.repository, { payload: utf8Bytes('{}'), signature }, w.subject)).rejects.toMatchObject({
      code: 'ERR_MALFORMED',
    });
  });
});
