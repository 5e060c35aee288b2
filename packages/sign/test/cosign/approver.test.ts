import { cosignImage } from '@securosys/cosign';
import { approverKeyFromPrivateKey, createApprover, createTsbClient } from '@securosys/tsb-client';
import type { ApproverKeyPair } from '@securosys/tsb-emulator';
import { expect, it } from 'vitest';
import { signImage } from '../../src/index.js';
import { createWorld, pushImage, repositoryName, tagged, type World } from '../helpers.js';

const ask = (world: World, claims = {}) =>
  signImage(tagged, {
    signer: world.signer(),
    format: 'cosign',
    annotations: { build: '42' },
    claims,
    oci: world.oci,
    clock: world.clock,
  });

function approverOf(world: World) {
  const { tsb, clock } = world;
  const client = createTsbClient({ url: tsb.url, auth: { type: 'token', token: tsb.token }, fetch: tsb.fetch, clock });
  const key = approverKeyFromPrivateKey((world.approvers[0] as ApproverKeyPair).privateKey);
  return createApprover({ client, clock, key, formats: [cosignImage], pinnedTimestampKey: tsb.timestampKey });
}

it('an approver is shown what each of the two payloads says, and can approve them', async () => {
  const world = await createWorld();
  await expect(ask(world)).rejects.toMatchObject({ code: 'ERR_APPROVAL_PENDING' });
  const approver = approverOf(world);
  const views = await approver.tasks();
  expect(views).toHaveLength(2);
  for (const view of views) {
    expect(view).toMatchObject({ mismatches: [], facts: { format: 'cosign', details: { 'annotation build': '42' } } });
    expect(view.facts?.title).toContain(world.digest);
    await approver.approve(view);
  }
});

it('a claim about another image than the bytes are about cannot be approved (S1)', async () => {
  const world = await createWorld();
  const other = await pushImage(world.oci, `${repositoryName}:evil`, 'another image');
  await expect(ask(world, { image: `${repositoryName}@${other}` })).rejects.toMatchObject({ code: 'ERR_APPROVAL_PENDING' });
  for (const view of await approverOf(world).tasks()) expect(view.mismatches).not.toEqual([]);
});
