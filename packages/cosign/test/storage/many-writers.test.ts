import { attachCosign, collectCosign } from '@securosys/cosign';
import { mediaTypes } from '@securosys/oci';
import type { RegistryFault } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import { eventClock } from '../../../oci/test/support/event-clock.js';
import { attested, by, p256, putTag, signed, tagged, tagOf, type World, world } from './world.js';

/** A registry that takes its time before and after each answer about the tag, and perhaps looks at the version that is to be replaced. */
function crowded(w: World, tag: string, versions: boolean): void {
  let n = 0;
  const fault: RegistryFault = async (request, answer) => {
    if (!request.url.endsWith(`/manifests/${tag}`)) return undefined;
    await w.clock.sleep((n++ * 17) % 40);
    const current = `"${w.registry.tags.get(`app:${tag}`)}"`;
    const wanted = request.headers.get('if-match');
    const stale = versions && request.method === 'PUT' && wanted !== null && wanted !== current;
    const response = stale ? new Response(null, { status: 412 }) : await answer();
    if (versions && request.method === 'GET' && response.ok)
      response.headers.set('etag', `"${w.registry.tags.get(`app:${tag}`)}"`);
    await w.clock.sleep((n++ * 23) % 40);
    return response;
  };
  w.registry.faults.push(fault);
}

const marks = Array.from({ length: 20 }, (_, i) => String(i).padStart(2, '0'));

describe('twenty signers at once lose no signature of anybody', () => {
  it.each([
    ['names no versions', false],
    ['refuses a write over another version (If-Match)', true],
  ])('behind .sig, where the registry %s', async (_, versions) => {
    const w = world({}, eventClock());
    const tag = tagOf(w.subject, '.sig');
    const theirs = {
      mediaType: 'application/octet-stream',
      size: 1,
      digest: `sha256:${'11'.repeat(32)}`,
      annotations: { keep: 'me' },
    };
    const config = { mediaType: mediaTypes.imageConfig, size: 2, digest: `sha256:${'22'.repeat(32)}` };
    const mediaType = mediaTypes.imageManifest;
    putTag(w, tag, { schemaVersion: 2, mediaType, config, layers: [theirs] }, mediaType);
    crowded(w, tag, versions);
    await Promise.all(
      marks.map((mark) =>
        attachCosign(w.open(), signed(w.subject, p256, { shapes: ['legacy'], annotations: { mark } }), w.subject, {
          by: by(p256),
        }),
      ),
    );
    w.registry.faults.length = 0;
    const { signatures, faults } = await collectCosign(w.repository, w.subject);
    const found = signatures.map(({ content }) => JSON.parse(new TextDecoder().decode(content)).optional.mark);
    expect(found.sort()).toEqual(marks);
    expect(faults).toHaveLength(1);
    expect(tagged(w, tag).layers[0]).toEqual(theirs);
  });

  it('behind .att, and as bundles where only the fallback tag is there', async () => {
    const w = world({ referrersApi: false }, eventClock());
    crowded(w, tagOf(w.subject, '.att'), false);
    const some = marks.slice(0, 8);
    await Promise.all(some.map((mark) => attachCosign(w.open(), attested(w.subject, p256, { mark }), w.subject)));
    w.registry.faults.length = 0;
    const { attestations, bundles } = await collectCosign(w.repository, w.subject);
    expect([attestations.length, bundles.length]).toEqual([some.length, some.length]);
  });

  it('and what a careless tool wrote over comes back', async () => {
    const w = world();
    const tag = tagOf(w.subject, '.sig');
    await attachCosign(w.repository, signed(w.subject, p256, { shapes: ['legacy'], annotations: { mark: 'early' } }), w.subject);
    let armed = true;
    w.registry.faults.push(async (request, answer) => {
      if (!armed || request.method !== 'PUT' || !request.url.endsWith(tag)) return undefined;
      armed = false;
      const response = await answer();
      const { layers, ...rest } = tagged(w, tag);
      putTag(w, tag, { ...rest, layers: [{ ...layers[0], annotations: { careless: 'x' } }] }, mediaTypes.imageManifest);
      return response;
    });
    await attachCosign(w.repository, signed(w.subject, p256, { shapes: ['legacy'], annotations: { mark: 'ours' } }), w.subject);
    expect(armed).toBe(false);
    expect(tagged(w, tag).layers).toHaveLength(3);
  });
});
