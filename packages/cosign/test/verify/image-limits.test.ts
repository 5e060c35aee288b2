import { SignError, utf8Bytes } from '@securosys/core';
import { attachCosign, cosignTrust, evaluateCosignAttestations, evaluateCosignImage } from '@securosys/cosign';
import { mediaTypes } from '@securosys/oci';
import { describe, expect, it, vi } from 'vitest';
import { bundleMediaType, cosignLimits, dsseEnvelopeType, layerAnnotations } from '../../src/constants.js';
import { other, p256, putTag, signed, tagged, tagOf, type World, world } from '../storage/world.js';
import { short } from './plant.js';

const trust = cosignTrust({ keys: [{ publicKey: p256.spki, name: 'release' }] });
const judge = async (w: World, by = trust) => short(await evaluateCosignImage(w.repository, w.subject, by));

describe('a search that ends at a limit says so', () => {
  it('over a hundred referrers that may be bundles: not the same as no signature (S23)', async () => {
    const w = world();
    const manifests = Array.from({ length: cosignLimits.referrers + 1 }, (_, i) => ({
      mediaType: mediaTypes.imageManifest,
      artifactType: bundleMediaType,
      digest: `sha256:${String(i).padStart(64, '0')}`,
      size: 9,
    }));
    const index = { schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests };
    w.registry.faults.push((request) => {
      if (request.url.includes('/manifests/sha256:')) return new Response(null, { status: 404 });
      const headers = { 'content-type': mediaTypes.imageIndex };
      return request.url.includes('/referrers/') ? new Response(JSON.stringify(index), { headers }) : undefined;
    });
    const report = await evaluateCosignImage(w.repository, w.subject, trust);
    expect(report).toMatchObject({ verdict: 'not-trusted', reason: { code: 'limit' } });
    expect([report.limits.length, report.signatures.length]).toEqual([1, cosignLimits.referrers]);
    await attachCosign(w.repository, signed(w.subject, p256, { shapes: ['legacy'] }), w.subject);
    expect((await evaluateCosignImage(w.repository, w.subject, trust)).verdict).toBe('trusted');
  });

  it('over a thousand layers', async () => {
    const w = world();
    await attachCosign(w.repository, signed(w.subject, other, { shapes: ['legacy'] }), w.subject);
    const tag = tagOf(w.subject, '.sig');
    const manifest = tagged(w, tag);
    const layers = Array.from({ length: cosignLimits.layers + 1 }, () => ({ ...manifest.layers[0], mediaType: 'a/b' }));
    const key = `app@${w.registry.tags.get(`app:${tag}`)}`;
    const bytes = utf8Bytes(JSON.stringify({ ...manifest, layers }));
    w.registry.faults.push((r) =>
      r.url.endsWith(tag)
        ? new Response(Uint8Array.from(bytes), { headers: { 'content-type': String(manifest.mediaType) } })
        : undefined,
    );
    expect(w.registry.manifests.has(key)).toBe(true);
    const report = await evaluateCosignImage(w.repository, w.subject, trust);
    expect(report).toMatchObject({ reason: { code: 'limit' } });
    expect(report.signatures).toHaveLength(cosignLimits.layers);
  });
});

describe('the bytes that are read about one image are bounded', () => {
  const layersOf = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      mediaType: dsseEnvelopeType,
      digest: `sha256:${String(i).padStart(64, '0')}`,
      size: cosignLimits.envelopeBytes,
      annotations: { [layerAnnotations.signature]: '' },
    }));

  /** The verdict on so many layers that cannot be read, and how often one was asked for. */
  async function judged(count: number, code: 'ERR_DIGEST_MISMATCH' | 'ERR_NOT_FOUND') {
    const w = world();
    const config = await w.repository.pushBlob(utf8Bytes('{}'), mediaTypes.imageConfig);
    const manifest = { schemaVersion: 2, mediaType: mediaTypes.imageManifest, config, layers: layersOf(count) };
    putTag(w, tagOf(w.subject, '.att'), manifest, mediaTypes.imageManifest);
    const reading = vi.spyOn(w.repository, 'fetchBlob').mockRejectedValue(new SignError(code, 'not what it should be'));
    const wanted = cosignTrust({ keys: [{ publicKey: p256.spki }], predicateTypes: ['custom'] });
    const report = await evaluateCosignAttestations(w.repository, w.subject, wanted);
    const reads = reading.mock.calls.length;
    return { reads, verdict: short(report)[0], found: report.signatures.length, limits: report.limits.length };
  }

  it('also when they turn out to be others than the registry said, and the verdict says that there may be more', async () => {
    expect(await judged(6, 'ERR_DIGEST_MISMATCH')).toEqual({ reads: 2, verdict: 'limit', found: 6, limits: 1 });
  });

  it('but layers that are named and not there cost nothing', async () => {
    expect(await judged(6, 'ERR_NOT_FOUND')).toEqual({ reads: 6, verdict: 'no-good-signature', found: 6, limits: 0 });
  });
});

describe('trouble with the registry is an error and no verdict', () => {
  it.each([['.sig'], ['/referrers/']])('at %s', async (where) => {
    const w = world();
    await attachCosign(w.repository, signed(w.subject), w.subject);
    w.registry.faults.push((r) => (r.url.includes(where) ? new Response(null, { status: 403 }) : undefined));
    await expect(judge(w)).rejects.toMatchObject({ code: 'ERR_FORBIDDEN' });
  });

  it('but a lost blob, or one that is something else, concerns one signature only', async () => {
    const w = world();
    await attachCosign(w.repository, signed(w.subject), w.subject);
    const [layer] = tagged(w, tagOf(w.subject, '.sig')).layers;
    w.registry.blobs.set(layer?.digest ?? '', utf8Bytes('something else'));
    expect(await judge(w)).toEqual(['trusted', 'legacy: unreadable', 'bundle: good']);
    w.registry.blobs.delete(layer?.digest ?? '');
    expect(await judge(w)).toEqual(['trusted', 'legacy: unreadable', 'bundle: good']);
  });
});
