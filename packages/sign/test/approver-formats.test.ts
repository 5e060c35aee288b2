import { approverFormats, approverKeyFromPrivateKey, createApprover, requestText } from '@securosys/sign/approver';
import type { ApproverKeyPair } from '@securosys/tsb-emulator';
import { expect, it } from 'vitest';
import { attest, ciClaims, signImage, tagClaims } from '../src/index.js';
import { createWorld, tagged } from './helpers.js';

it('an approver reads everything that images are signed with, each in one way, beside what CI and the tag claim', async () => {
  const world = await createWorld();
  const { tsb, clock, oci } = world;
  const before = `sha256:${'1'.repeat(64)}`;
  const ci = { GITLAB_CI: 'true', CI_COMMIT_SHA: '5f024b2c0a9e4d7b8a6f1c3e5d7b9a1f3c5e7d90' };
  const claims = { ...ciClaims(ci), ...tagClaims('1.4', before) };
  const options = { signer: world.signer(), oci, clock, claims };
  const pending = { code: 'ERR_APPROVAL_PENDING' };
  await expect(signImage(tagged, { ...options, format: ['notation-jws', 'notation-cose', 'cosign'] })).rejects.toMatchObject(
    pending,
  );
  const predicate = { reviewer: 'Ada' };
  await expect(attest(tagged, { ...options, predicateType: 'https://example/review/v1', predicate })).rejects.toMatchObject(
    pending,
  );

  const [person] = world.approvers;
  const approver = createApprover({
    url: tsb.url,
    fetch: tsb.fetch,
    clock,
    auth: { type: 'none' },
    key: approverKeyFromPrivateKey((person as ApproverKeyPair).privateKey),
    formats: approverFormats,
    pinnedTimestampKey: tsb.timestampKey,
  });
  const requests = await approver.requests();
  const tasks = requests.flatMap((request) => request.tasks);
  expect(new Set(tasks.map(({ facts }) => facts?.format)).size).toBeGreaterThanOrEqual(4);
  for (const task of tasks) {
    expect(task).toMatchObject({ mismatches: [], claims: { ...claims, ci: 'GitLab CI' } });
    expect(JSON.stringify(task.facts)).toContain(world.digest.slice('sha256:'.length));
  }
  const lines = requestText(requests[0] as (typeof requests)[0], clock.now());
  expect(lines).toContain(`    tag moved from         ${before}`);
  expect(lines.findIndex((line) => line.includes(world.digest))).toBeLessThan(lines.findIndex((line) => line.includes(before)));
  expect(lines.some((line) => /APPROVALS COUNT.*1 d left/.test(line))).toBe(true);
  await approver.close();
});
