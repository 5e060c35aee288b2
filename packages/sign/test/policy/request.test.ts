import { createSigner, type Guard, SignError } from '@securosys/core';
import { policyGuard, type SigningPolicyRequirements, signingPolicy } from '@securosys/sign/policy';
import { describe, expect, it } from 'vitest';
import { listSignatures, prepareSigningRequest, resumeSigningRequest } from '../../src/index.js';
import { approveAll, createWorld, pushImage, repositoryName, tagged, type World } from '../helpers.js';

const day = 86_400_000;
const thrown = (run: Promise<unknown>): Promise<SignError> =>
  run.then(
    () => expect.unreachable('it should fail'),
    (reason: unknown) => (SignError.is(reason) ? reason : expect.unreachable(String(reason))),
  );

/** A request for one image in two formats under a policy, of a key that people approve. */
function underPolicy(
  { backend, chain, clock, store, oci }: World,
  require: SigningPolicyRequirements,
  others: readonly Guard[] = [],
) {
  const guards = [policyGuard(signingPolicy({ version: 1, rules: [{ name: 'release', require }] }), { oci, clock })];
  const signer = createSigner(backend(), { label: 'release' }, { chain, store, clock, guards: [...guards, ...others] });
  return {
    prepare: (...images: string[]) =>
      prepareSigningRequest(
        images.map((image) => ({ image, format: ['notation-jws', 'cosign'] as const })),
        { signer, store, oci, clock },
      ),
    resume: (id: string) => resumeSigningRequest(id, { backend: backend(), store, oci, clock, guards }),
  };
}

async function attached({ oci, clock }: World): Promise<number> {
  const notation = await listSignatures(tagged, { oci, clock });
  const cosign = await listSignatures(tagged, { format: 'cosign', oci, clock });
  return notation.signatures.length + cosign.signatures.length;
}

describe('a signing request under a policy', () => {
  it('is sent whole or not at all: one image that no rule allows keeps the others from being asked for', async () => {
    const world = await createWorld();
    await pushImage(world.oci, `${repositoryName}:dev`, 'another');
    const request = await underPolicy(world, { repositories: [repositoryName], tags: ['1.*'] }).prepare(
      tagged,
      `${repositoryName}:dev`,
    );
    const error = await thrown(request.submit());
    expect(error.code).toBe('ERR_VETOED');
    expect(error.details).toMatchObject({ rule: 'release', requirement: 'tags' });
    expect(world.tsb.requests).toEqual([]);
  });

  it('is judged again when people have approved: what is too late waits, and completes when it may', async () => {
    const world = await createWorld();
    world.clock.advance(day); // Monday, 2 March 2026
    const weekdays = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'] as const, timeZone: 'Europe/Zurich' }];
    const { prepare, resume } = underPolicy(world, { repositories: [repositoryName], times: weekdays, notAlreadySigned: true });
    const request = await prepare(tagged);
    world.clock.advance(4 * day + 20 * 3_600_000); // Friday evening
    await request.submit();
    expect(world.tsb.requests.length).toBeGreaterThan(0);
    world.clock.advance(6 * 3_600_000); // Saturday
    await approveAll(world);
    const late = await thrown((await resume(request.id)).complete({ approvalTimeoutMs: 0 }));
    expect(late.code).toBe('ERR_VETOED');
    expect(late.details).toMatchObject({ requirement: 'times' });
    expect(await attached(world)).toBe(0);
    world.clock.advance(2 * day); // Monday
    const { items } = await (await resume(request.id)).complete({ approvalTimeoutMs: 0 });
    expect(items).toHaveLength(2);
    expect(await attached(world)).toBe(3);
    const again = await thrown((await prepare(tagged)).submit());
    expect(again.details).toMatchObject({ rule: 'release', requirement: 'notAlreadySigned' });
  });

  it('what a process attached right before it died is found, and not taken for a signature that was there before', async () => {
    const world = await createWorld({ approvals: false });
    const dies: Guard = {
      published: () => {
        throw new SignError('ERR_STORE', 'the process dies here');
      },
    };
    const { prepare, resume } = underPolicy(world, { repositories: [repositoryName], notAlreadySigned: true }, [dies]);
    const request = await prepare(tagged);
    await request.submit();
    expect((await thrown(request.complete())).code).toBe('ERR_STORE');
    const before = await attached(world);
    expect(before).toBeGreaterThan(0);
    const { items } = await (await resume(request.id)).complete();
    expect(items).toHaveLength(2);
    expect(await attached(world)).toBe(3);
  });
});
