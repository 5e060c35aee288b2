import type { Publication } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { createSigner, type SigningRequest } from '../../src/index.js';
import { listedBelow } from '../../src/requests/index-order.js';
import { createWorld, pushIndex } from '../helpers.js';
import { approveAll, prepare, repositoryName, resume, thrown, type World } from './support.js';

const image = `${repositoryName}:many`;

/** A request for an index and all below it, which remembers in which order it was published. */
async function ofIndex(approvals: boolean, publish: 'each' | 'all') {
  const world = await createWorld({ approvals });
  const { digest, children } = await pushIndex(world.oci, image, ['linux/amd64', 'linux/arm64']);
  const order: string[] = [];
  const guard = { published: ({ target }: Publication) => void order.push(target.digest as string) };
  const { chain, store, clock } = world;
  const signer = createSigner(world.backend(), { label: 'release' }, { chain: [...chain], store, clock, guards: [guard] });
  const request = await prepare(world, [{ image, format: 'notation-jws', manifests: 'all' }], { signer, publish });
  return { world, request, order, digest, guard, below: Object.values(children) };
}

/** Lets people decide on the signature of one manifest. */
async function decide(world: World, { items }: SigningRequest, digest: string, how: 'approve' | 'reject') {
  const id = items.find(({ reference }) => reference.endsWith(digest))?.parts[0]?.requestId as string;
  for (const approver of world.approvers.slice(0, 2)) await world.tsb[how](id, approver);
}

describe('an index', () => {
  it.each([
    [false, 'each'],
    [false, 'all'],
    [true, 'each'],
    [true, 'all'],
  ] as const)('is published after everything that it lists (approvals %s, %s)', async (approvals, publish) => {
    const { world, request, order, digest, below } = await ofIndex(approvals, publish);
    if (approvals) await request.submit();
    await approveAll(world);
    await request.complete();
    expect(order.slice(0, 2).sort()).toEqual([...below].sort());
    expect(order.slice(2)).toEqual([digest]);
  });

  it('waits for what people still decide on, and for nothing that they rejected', async () => {
    const { world, request, order, digest, below, guard } = await ofIndex(true, 'each');
    await request.submit();
    const [first, second] = below as [string, string];
    for (const approved of [digest, first]) await decide(world, request, approved, 'approve');
    expect((await thrown(request.complete({ approvalTimeoutMs: 0 }))).code).toBe('ERR_APPROVAL_PENDING');
    expect(order).toEqual([first]);
    expect(request.items.map(({ status }) => status)).toEqual(['signed', 'published', 'pending']);
    await decide(world, request, second, 'reject');
    const later = await resume(world, request.id, { guards: [guard] });
    expect((await thrown(later.complete())).code).toBe('ERR_APPROVAL_REJECTED');
    expect(order).toEqual([first, digest]);
  });

  it('that a file says is listed by what it lists waits for nothing', () => {
    const [one, two] = [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`];
    const places = [
      { reference: `${repositoryName}@${one}`, index: two },
      { reference: `${repositoryName}@${two}`, index: one },
    ];
    expect(listedBelow(places, (place) => place).size).toBe(0);
  });
});
