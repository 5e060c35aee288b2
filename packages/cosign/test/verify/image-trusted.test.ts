import { base64Text, utf8Bytes } from '@securosys/core';
import { attachCosign, cosignTrust, evaluateCosignImage, writePayload } from '@securosys/cosign';
import { describe, expect, it } from 'vitest';
import { layerAnnotations } from '../../src/constants.js';
import { signOver } from '../signing/artifacts.js';
import { attested, name, other, p256, signed, tagged, tagOf, type World, world } from '../storage/world.js';
import { plantBundle, plantLayer, plantPayload, short } from './plant.js';

const trust = cosignTrust({ keys: [{ publicKey: p256.spki, name: 'release' }] });
const judge = async (w: World, by = trust) => short(await evaluateCosignImage(w.repository, w.subject, by));
const digest = (w: World) => w.subject.digest;
const payloadOf = (w: World) => writePayload({ dockerReference: name, digest: digest(w) });

describe('an image is trusted', () => {
  it.each([
    ['with the referrers API', true],
    ['with the fallback tag only', false],
  ])('by both shapes, in a registry %s', async (_, referrersApi) => {
    const w = world({ referrersApi });
    await attachCosign(w.repository, signed(w.subject, p256, { annotations: { build: '42' } }), w.subject);
    const report = await evaluateCosignImage(w.repository, w.subject, trust);
    expect(report).toMatchObject({ kind: 'cosign', verdict: 'trusted', subject: w.subject, limits: [] });
    expect(report.verdict === 'trusted' && report.signers).toEqual([
      { name: 'release', spkiSha256: expect.stringMatching(/^[0-9a-f]{64}$/), algorithm: 'ecdsa-sha256' },
    ]);
    expect(report.signatures).toMatchObject([
      { shape: 'legacy', status: 'good', annotations: { build: '42' } },
      { shape: 'bundle', status: 'good', annotations: { build: '42' }, predicateType: 'https://sigstore.dev/cosign/sign/v1' },
    ]);
  });

  it('by a legacy signature beside a foreign bundle, which hides it from cosign (§1, §16 no. 1)', async () => {
    const w = world();
    await attachCosign(w.repository, signed(w.subject, p256, { shapes: ['legacy'] }), w.subject);
    await attachCosign(w.repository, signed(w.subject, other, { shapes: ['bundle'] }), w.subject);
    await attachCosign(w.repository, attested(w.subject, other, {}, ['bundle']), w.subject);
    expect(await judge(w)).toEqual(['trusted', 'legacy: good', 'bundle: no-trusted-key', 'bundle: no-trusted-key']);
  });

  it('by one good signature among broken ones of both shapes', async () => {
    const w = world();
    await plantPayload(w, payloadOf(w), new Uint8Array(70));
    await plantLayer(w, '.sig', utf8Bytes('{}'), {});
    await plantLayer(w, '.sig', payloadOf(w), { [layerAnnotations.signature]: '' });
    await plantBundle(w, '{}');
    await attachCosign(w.repository, signed(w.subject), w.subject);
    const [verdict, ...results] = await judge(w);
    expect(verdict).toBe('trusted');
    expect(results.sort()).toEqual([
      'bundle: good',
      'bundle: malformed',
      'legacy: good',
      'legacy: malformed',
      'legacy: malformed',
      'legacy: no-trusted-key',
    ]);
  });

  it('by a base64 signature with line breaks, as `base64 | cosign attach` leaves it (§4)', async () => {
    const w = world();
    const text = base64Text(signOver(payloadOf(w))).replace(/.{20}/g, '$&\r\n');
    await plantLayer(w, '.sig', payloadOf(w), { [layerAnnotations.signature]: `${text}\n` });
    expect(await judge(w)).toEqual(['trusted', 'legacy: good']);
  });

  it('by a bundle whose entry in the fallback index has the type of its config, or none (§7.3)', async () => {
    for (const artifactType of ['application/vnd.oci.empty.v1+json', undefined]) {
      const w = world({ referrersApi: false });
      await attachCosign(w.repository, signed(w.subject, p256, { shapes: ['bundle'] }), w.subject);
      const index = tagged<{ manifests: object[] }>(w, tagOf(w.subject));
      const manifests = index.manifests.map((entry) => ({ ...entry, artifactType, annotations: undefined }));
      const key = `app@${w.registry.tags.get(`app:${tagOf(w.subject)}`)}`;
      const { mediaType } = w.registry.manifests.get(key) as { mediaType: string };
      w.registry.faults.push((request) =>
        request.url.endsWith(`/manifests/${tagOf(w.subject)}`)
          ? new Response(JSON.stringify({ ...index, manifests }), { headers: { 'content-type': mediaType } })
          : undefined,
      );
      expect(await judge(w)).toEqual(['trusted', 'bundle: good']);
    }
  });
});
