import { type Guard, type Publication, SignError, type SigningIntent } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { createSigner } from '../../src/index.js';
import { createWorld } from '../helpers.js';
import {
  approveAll,
  attachedTo,
  everyFormat,
  prepare,
  pushImage,
  recordsOf,
  repositoryName,
  resume,
  tagged,
  thrown,
  type World,
} from './support.js';

/** A guard that remembers, and says no when told to. */
function watcher() {
  const seen = { judged: [] as SigningIntent[], before: [] as SigningIntent[], published: [] as Publication[] };
  let refuses: (intent: SigningIntent) => boolean = () => false;
  const guard: Guard = {
    judge(intent) {
      seen.judged.push(intent);
      if (refuses(intent)) throw new SignError('ERR_VETOED', 'not on a Sunday', { details: { rule: 'sunday' } });
    },
    before: (intent) => void seen.before.push(intent),
    published: (publication) => void seen.published.push(publication),
  };
  return { seen, guard, refuse: (when: typeof refuses) => (refuses = when) };
}

const guarded = (world: World, guard: Guard) => {
  const { chain, store, clock } = world;
  return createSigner(world.backend(), { label: 'release' }, { chain: [...chain], store, clock, guards: [guard] });
};

describe('guards of a signing request', () => {
  it('judge every item before anything is sent, and one that refuses keeps all from being asked', async () => {
    const world = await createWorld();
    const { seen, guard, refuse } = watcher();
    refuse(({ operation }) => operation.facts?.format === 'cosign');
    const request = await prepare(world, everyFormat, { signer: guarded(world, guard) });
    refuse(({ domain }) => domain === 'cosign-payload');
    const vetoed = await thrown(request.submit());
    expect(vetoed).toMatchObject({ code: 'ERR_VETOED', details: { rule: 'sunday', requestId: request.id } });
    expect([world.tsb.requests.length, seen.before.length, await recordsOf(world)]).toEqual([0, 0, []]);
    expect(request.state.status).toBe('failed');
    expect(request.items.find(({ code }) => code)?.reason).toBe('not on a Sunday');
    refuse(() => false);
    expect((await request.submit()).status).toBe('pending');
  });

  it('are told where a signature goes and what is decided on together', async () => {
    const world = await createWorld();
    const { seen, guard } = watcher();
    const request = await prepare(world, everyFormat, { signer: guarded(world, guard) });
    await request.submit();
    expect(new Set(seen.before.map(({ batch }) => batch?.id))).toEqual(new Set([request.id]));
    const payloads = seen.before.map(({ inputSha256 }) => inputSha256).sort();
    for (const { batch } of seen.before) expect([...(batch?.payloads ?? [])].sort()).toEqual(payloads);
    expect(seen.before.map(({ target }) => target)).toEqual(
      Array(4).fill({ repository: repositoryName, digest: world.digest, tag: '1.4' }),
    );
    await approveAll(world);
    await request.complete();
    expect(seen.published.map(({ format, artifacts }) => [format, artifacts.length]).sort()).toEqual([
      ['cosign', 2],
      ['notation-cose', 1],
      ['notation-jws', 1],
    ]);
    expect(seen.published.flatMap(({ inputs }) => inputs).sort()).toEqual(payloads);
  });

  it('judge again after people took their time: nothing that is not allowed any more is attached', async () => {
    const world = await createWorld();
    const { guard, refuse } = watcher();
    const request = await prepare(world, everyFormat, { signer: guarded(world, guard) });
    await request.submit();
    await approveAll(world);
    const strict = watcher();
    strict.refuse(() => true);
    const later = await resume(world, request.id, { guards: [strict.guard] });
    expect(await thrown(later.complete())).toMatchObject({ code: 'ERR_VETOED' });
    let judged = 0;
    // The first judgement comes before the waiting; the one after it says no.
    refuse(() => ++judged > 4);
    expect(await thrown(request.complete())).toMatchObject({ code: 'ERR_VETOED' });
    expect(await attachedTo(world)).toEqual([]);
    refuse(() => false);
    await request.complete();
    expect(await attachedTo(world)).toHaveLength(3);
  });
});

describe('targets', () => {
  it.each([
    [[repositoryName], true],
    [['registry.example/*'], true],
    [['registry.example/other', 'registry.example/app/*'], false],
    [[], false],
  ])('%j: allowed is %s', async (targets, allowed) => {
    const world = await createWorld({ approvals: false });
    const prepared = prepare(world, everyFormat, { targets });
    if (allowed) await prepared;
    else expect(await thrown(prepared)).toMatchObject({ code: 'ERR_POLICY_UNSAFE', details: { repository: repositoryName } });
  });

  it('are asked again when a request is submitted and when it is completed, of signature repositories too', async () => {
    const world = await createWorld();
    const request = await prepare(world, everyFormat);
    await request.submit();
    await approveAll(world);
    const elsewhere = await resume(world, request.id, { targets: ['registry.example/else'] });
    expect((await thrown(elsewhere.submit())).code).toBe('ERR_POLICY_UNSAFE');
    expect((await thrown(elsewhere.complete())).code).toBe('ERR_POLICY_UNSAFE');
    const signatures = { signatureRepository: 'registry.example/signatures' };
    const items = [{ image: tagged, format: 'cosign', ...signatures }] as const;
    expect((await thrown(prepare(world, items, { targets: [repositoryName] }))).details.repository).toBe(
      'registry.example/signatures',
    );
    await expect(prepare(world, items, { targets: ['registry.example/app@sha256:00'] })).rejects.toThrow(/target/);
  });

  it('of a layout are not left by its path', async () => {
    const { assertAllowed, checkTargets } = await import('../../src/requests/targets.js');
    assertAllowed(['oci:./out/*'], ['oci:./out/app']);
    const ways = [
      'oci:./out/../etc',
      'oci:./out/..:x',
      'oci:./out/.',
      'oci:./out//x',
      'oci:./out/./x',
      'oci:./out/x\\..\\..\\etc',
    ];
    for (const path of [...ways, 'oci:./out', 'oci:./outside/app', 'oci:../out/app', 'oci:././out/app'])
      for (const target of ['oci:./out/*', 'oci:./out/app'])
        expect(() => assertAllowed([target], [path]), `${target} ${path}`).toThrow(/none of the targets/);
    // By its own roundabout name neither: the list would say something else than it seems to.
    for (const target of ways) {
      expect(() => checkTargets([target]), target).toThrow(/another name/);
      expect(() => assertAllowed([target], [target]), target).toThrow(/none of the targets/);
    }
    for (const target of ['oci:./out/..', 'oci:./out/./*', 'registry.example/app/../*', 'oci:./out//*'])
      expect(() => checkTargets([target]), target).toThrow(/another name/);
    checkTargets(['oci:./out/*', 'oci:/srv/out', 'oci:C:/out/*', 'registry.example:5000/app/*', 'oci:out']);
  });
});

it('a request whose own time is over is neither submitted nor completed', async () => {
  const world = await createWorld();
  await pushImage(world.oci, `${repositoryName}:late`, 'late');
  const request = await prepare(world, everyFormat, { expiresAfterMs: 3_600_000 });
  await request.submit();
  await approveAll(world);
  world.clock.advance(3_600_000);
  for (const work of [request.submit(), request.complete(), (await resume(world, request.id)).complete()])
    expect(await thrown(work)).toMatchObject({ code: 'ERR_APPROVAL_EXPIRED', details: { reason: 'request-expired' } });
  expect(await attachedTo(world)).toEqual([]);
});
