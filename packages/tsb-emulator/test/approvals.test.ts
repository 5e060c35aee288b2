import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { base64Bytes, base64Text, equalBytes, type JsonObject } from '@securosys/core';
import { decodeApprovalChallenge, decodePolicyFrame } from '@securosys/tsb-client/api';
import { describe, expect, it } from 'vitest';
import { approverSignatureHolds } from '../src/approvals/approver-signature.js';
import { decodeAuthorizationToken, encodeAuthorizationToken } from '../src/approvals/authorization-token.js';
import { approverOfLogin, defaultLoginWindow } from '../src/approvals/login.js';
import { type ApproverKeyPair, createApproverKey, createFakeTsb } from '../src/index.js';
import {
  approvers,
  createWorld,
  fetchTasks,
  login,
  message,
  requestSign,
  rule,
  signBody,
  statusOf,
  type World,
} from './support.js';

/** Recorded traffic of a TSB 2.1 (`tsb-rest-api.md` §5.8). */
const recorded = {
  approvalToBeSigned:
    '6AAAADsABAABAAAAAhA2AFRFU1RLRVkyMDI0LTA4LTE0XzIwLTAyLTQ4LjcyMTY4MDE2MjU3MDIwLzQ0Jy8wJy8wJy8wJwAAVBA0ADAAAABXEAgASGFsbG9hc2QHAQgAVvG8ZgAAAAACEBIAdGVzdC10aW1lc3RhbXAta2V5AABWEFkAMFcwDAYIKoZIzj0EAwIFAANHADBEAiAFNEFP55QP+X+QZoLm1rwCbkfO4gfwRZTPLrJicJtTowIgP0GZsXDbDQOsMNDhnyEF1KMpciImARKKMoDcqLdAVBQAAABXEAgASGFsbG9hc2Q=',
  key: 'MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAExj9TiTebXvwks88DGbBq0MPcGwpZ8yxKZOfEyDMHE3KXTQXadp6z2fVFNFcDHszl9fU9ilLqtcNxx3lGJE1eqA==',
  approval: 'MEYCIQDeoI7iRXVzwK/bbgXPK0qTERt5+eIK+uzQQqBC/+egogIhAMp4d5dnJ6qUHeBNybiNkiSgZETJ3Owpuoos6yLpXFDA',
  timestamp: '2024-08-14T20:03:02+02:00',
  timestampSignature: 'MEQCICyBxty37ZpPPzub83bSZsbVkUqf6n4z+0/UXSo4FIqOAiBOVDHpq2K0wKTJTfBWu3fGZViDZ0tWI08rG5CTKCl4Rg==',
};

describe('recorded vectors (§5.8)', () => {
  const key = createPublicKey({ key: Buffer.from(base64Bytes(recorded.key)), format: 'der', type: 'spki' });
  const bytes = base64Bytes(recorded.approvalToBeSigned);
  const signature = base64Bytes(recorded.approval);

  it('the approval is accepted over all bytes and not without the frame length', () => {
    expect(bytes.byteLength).toBe(236);
    expect(approverSignatureHolds(key, 'SHA-256', bytes, signature)).toBe(true);
    expect(approverSignatureHolds(key, 'SHA-256', bytes.subarray(4), signature)).toBe(false);
    expect(approverSignatureHolds(key, 'SHA-512', bytes, signature)).toBe(false);
  });

  const fields = {
    timestamp: recorded.timestamp,
    timestampSignature: recorded.timestampSignature,
    timestampDigestAlgorithm: 'SHA-256',
    approverPublicKey: recorded.key,
  };
  const at = Date.parse(recorded.timestamp);

  it.each([0, 599_999, 600_000])('the login is accepted %d ms after it was signed', (age) => {
    expect(approverOfLogin(fields, at + age, defaultLoginWindow).spki).toBe(recorded.key);
  });

  it.each([600_001, 3_600_000, -1, -60_000])('the login is refused %d ms after it was signed', (age) => {
    expect(() => approverOfLogin(fields, at + age, defaultLoginWindow)).toThrow(
      expect.objectContaining({
        details: expect.objectContaining({ upstreamCode: 404, upstreamName: 'res.error.input.timestamp.off' }),
      }),
    );
  });

  it('the login is refused for another timestamp text, even of the same instant', () => {
    const other = { ...fields, timestamp: '2024-08-14T18:03:02Z' };
    expect(() => approverOfLogin(other, at, defaultLoginWindow)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ upstreamCode: 403 }) }),
    );
  });
});

describe('a task of a request with a password', () => {
  it('shows it as it came, also when its characters take two UTF-16 units (§2.2)', async () => {
    const world = createWorld();
    const [person] = approvers(1) as [ApproverKeyPair];
    await world.tsb.addKey({ label: 'k', spec: 'ec-p256', password: 'p😀', policy: { ruleUse: rule([person], 1) } });
    const keyPassword = 'p😀'.split('');
    await requestSign(world, 'k', { keyPassword });
    const [task] = await fetchTasks(world, person, { detailLevel: 'level3' });
    expect(task?.signedSignRequest).toMatchObject({ signRequest: { keyPassword } });
  });
});

async function pending(people: readonly ApproverKeyPair[], quorum = people.length) {
  const world = createWorld();
  await world.tsb.addKey({ label: 'k', spec: 'ec-p256', policy: { ruleUse: rule(people, quorum) } });
  return { world, id: await requestSign(world) };
}

const approval = (task: JsonObject, key: ApproverKeyPair, more: object = {}) => ({
  id: task.id,
  approvalToBeSigned: task.approvalToBeSigned,
  signature: base64Text(sign('sha256', base64Bytes(task.approvalToBeSigned as string), key.privateKey)),
  approvalDigestAlgorithm: 'SHA-256',
  approverPublicKey: base64Text(key.spki),
  ...more,
});

const send = (world: World, body: object) => world.call('POST', '/v1/approval', body, { authorization: '' });

describe('tasks', () => {
  it('are seen by their approver only, without a bearer token', async () => {
    const [a, b, stranger] = approvers(3);
    const { world } = await pending([a!, b!]);
    const mine = await world.call('POST', '/v1/filteredSignApprovalTask', login(a!, world.clock.now()), { authorization: '' });
    const yours = await fetchTasks(world, b!);
    expect(mine.body.tasks).toHaveLength(1);
    expect(yours).toHaveLength(1);
    expect(yours[0]?.id).not.toBe((mine.body.tasks as JsonObject[])[0]?.id);
    expect(await fetchTasks(world, stranger!)).toEqual([]);
  });

  it('appear in the list of their operation only', async () => {
    const [a] = approvers(1);
    const { world } = await pending([a!]);
    for (const list of ['Decrypt', 'UnwrapKey', 'BlockKey', 'UnblockKey', 'ModifyKey']) {
      const answer = await world.call('POST', `/v1/filtered${list}ApprovalTask`, login(a!, world.clock.now()));
      expect(answer).toMatchObject({ status: 200, body: { tasks: [] } });
    }
  });

  it('show what was asked, level by level', async () => {
    const [a] = approvers(1);
    const { world, id } = await pending([a!]);
    const level = async (n: number) =>
      (await fetchTasks(world, a!, { requestId: id, detailLevel: `level${n}` }))[0] as JsonObject;
    const shown = (task: JsonObject) => Object.keys(task).filter((name) => task[name] !== null);
    const first = await level(1);
    expect(shown(first).sort()).toEqual(['approvalToBeSigned', 'approverPublicKey', 'detailLevel', 'id']);
    expect(await level(2)).toMatchObject({ payload: base64Text(message), payloadType: 'UNSPECIFIED', requestBase64: null });
    const third = await level(3);
    expect(third.signedSignRequest).toMatchObject(signBody('k'));
    expect(Buffer.from(base64Bytes(third.requestBase64 as string)).toString()).toBe(JSON.stringify(signBody('k')));
    expect((await level(4)).timestampSignatureAlgorithm).toBe('SHA256_WITH_ECDSA');
    expect((await level(5)).keyAttributes).toContain('<rule_use>');
    expect((await level(6)).requestStatus).toMatchObject({ id, status: 'PENDING' });
  });

  it('carry a challenge that says what is approved (§5.4)', async () => {
    const [a] = approvers(1);
    const { world } = await pending([a!]);
    const [task] = await fetchTasks(world, a!, { detailLevel: 'level4' });
    const challenge = decodeApprovalChallenge(base64Bytes(task?.approvalToBeSigned as string));
    expect(challenge).toMatchObject({ operation: 'use', label: 'k' });
    expect(challenge.timestamp.seconds).toBe(Math.floor(world.clock.now() / 1000));
    expect(equalBytes(challenge.payload?.bytes ?? new Uint8Array(), message)).toBe(true);
    expect(equalBytes(base64Bytes(task?.timestampSignature as string), challenge.timestampSignature)).toBe(true);
  });

  it('page in the order that was asked for', async () => {
    const [a] = approvers(1);
    const { world } = await pending([a!]);
    await requestSign(world);
    await requestSign(world);
    const all = (await fetchTasks(world, a!)).map((task) => task.id);
    const page = (pageNumber: number, sortOrder: string) =>
      fetchTasks(world, a!, { paging: { pageNumber, pageSize: 2, sortOrder } });
    expect((await page(0, 'CREATION_DATE_ASC')).map((t) => t.id)).toEqual(all.slice(0, 2));
    expect((await page(1, 'CREATION_DATE_ASC')).map((t) => t.id)).toEqual(all.slice(2));
    expect((await page(0, 'CREATION_DATE_DESC')).map((t) => t.id)).toEqual([all[2], all[1]]);
  });

  it('for a modification carry the frame of the new rules, times in minutes', async () => {
    const [a] = approvers(1);
    const world = createWorld();
    await world.tsb.addKey({ label: 'k', spec: 'ec-p256', policy: { ruleModify: rule([a!], 1) } });
    const policy = {
      ruleUse: rule([a!], 1, { timelock: 180, timeout: 600 }),
      ruleBlock: null,
      ruleUnblock: null,
      ruleModify: null,
    };
    const { body } = await world.call('POST', '/v1/modify', { modifyRequest: { modifyKeyName: 'k', policy } });
    const [task] = await fetchTasks(world, a!, { detailLevel: 'level3' });
    expect(decodePolicyFrame(base64Bytes(task?.payload as string)).ruleUse?.tokens?.[0]).toMatchObject({
      timelock: 180,
      timeout: 600,
    });
    expect(decodeApprovalChallenge(base64Bytes(task?.approvalToBeSigned as string)).operation).toBe('modify');
    await world.tsb.approve(body.modifyKeyRequestId as string, a!);
    const after = await world.call('POST', '/v1/key/attributes', { label: 'k' });
    expect(after.body).toMatchObject({
      json: { policy: { ruleModify: null, ruleUse: { tokens: [{ timelock: 180, timeout: 600 }] } } },
    });
  });
});

describe('an approval over the wire', () => {
  it('counts when everything is right, and its task is gone', async () => {
    const [a, b] = approvers(2);
    const { world, id } = await pending([a!, b!]);
    const [task] = await fetchTasks(world, a!);
    expect((await send(world, approval(task!, a!))).status).toBe(200);
    expect(await fetchTasks(world, a!)).toEqual([]);
    const { body } = await world.call('GET', `/v1/request/${id}`);
    expect(body).toMatchObject({ approvedBy: [base64Text(a!.spki)], notYetApprovedBy: [base64Text(b!.spki)], rejectedBy: [] });
    expect((await send(world, approval(task!, a!))).body.errorCode).toBe(652);
  });

  it.each(['ec-p256', 'ec-secp256k1', 'rsa-2048', 'ed25519'] as const)('by a key of type %s counts', async (type) => {
    const person = createApproverKey('p', { type });
    const { world, id } = await pending([person]);
    await world.tsb.approve(id, person);
    expect(await statusOf(world, id)).toBe('EXECUTED');
  });

  it('by a certificate counts when the policy names the certificate, and not by its key alone', async () => {
    const person = createApproverKey('officer');
    const certificate = base64Text(
      await createFakeTsb().certificateAuthority.issue({ spki: person.spki, subject: 'CN=Officer 1,O=Example,ST=Zurich,C=CH' }),
    );
    const world = createWorld();
    const groups = [{ name: 'g', quorum: 1, approvals: [{ type: 'certificate', value: certificate }] }];
    await world.tsb.addKey({
      label: 'k',
      spec: 'ec-p256',
      policy: { ruleUse: { tokens: [{ timelock: 0, timeout: 0, groups }] } },
    });
    const id = await requestSign(world);
    const [task] = await fetchTasks(world, person, { approverPublicKey: undefined, approverCertificate: certificate });
    const byKey = approval(task!, person);
    expect(await send(world, byKey)).toMatchObject({ status: 403 });
    expect((await send(world, { ...byKey, approverPublicKey: undefined, approverCertificate: certificate })).status).toBe(200);
    expect(await statusOf(world, id)).toBe('EXECUTED');
  });

  const refusals: [string, (task: JsonObject, a: ApproverKeyPair, b: ApproverKeyPair) => object, number][] = [
    ["with another key's signature", (t, a, b) => ({ ...approval(t, b), approverPublicKey: base64Text(a.spki) }), 403],
    ['by an approver of another task', (t, _a, b) => approval(t, b), 403],
    ['by a stranger', (t) => approval(t, createApproverKey()), 403],
    ['under another digest', (t, a) => approval(t, a, { approvalDigestAlgorithm: 'SHA-512' }), 403],
    [
      'over the bytes without their length',
      (t, a) => {
        const bytes = base64Bytes(t.approvalToBeSigned as string).subarray(4);
        return approval(t, a, { signature: base64Text(sign('sha256', bytes, a.privateKey)) });
      },
      403,
    ],
    [
      'over changed bytes',
      (t, a) => {
        const bytes = base64Bytes(t.approvalToBeSigned as string);
        bytes[bytes.byteLength - 1] = (bytes[bytes.byteLength - 1] as number) ^ 1;
        const signature = base64Text(sign('sha256', bytes, a.privateKey));
        return approval(t, a, { approvalToBeSigned: base64Text(bytes), signature });
      },
      403,
    ],
    [
      'with a signature in raw form',
      (t, a) => {
        const bytes = base64Bytes(t.approvalToBeSigned as string);
        return approval(t, a, { signature: base64Text(sign('sha256', bytes, { key: a.privateKey, dsaEncoding: 'ieee-p1363' })) });
      },
      403,
    ],
    [
      'that names other bytes than it signs',
      (t, a) => approval(t, a, { approvalToBeSigned: 'AAAA', signature: approval(t, a).signature }),
      403,
    ],
    ['of a task that does not exist', (t, a) => approval(t, a, { id: '8a0b4c0e-0000-4000-8000-000000000000' }), 652],
    ['without saying who', (t, a) => approval(t, a, { approverPublicKey: undefined }), 600],
    ['with a member that the call does not have', (t, a) => approval(t, a, { force: true }), 600],
  ];

  it.each(refusals)('%s is refused and counts nothing', async (_, build, errorCode) => {
    const [a, b] = approvers(2);
    const { world, id } = await pending([a!, b!], 1);
    const [task] = await fetchTasks(world, a!);
    const answer = await send(world, build(task!, a!, b!));
    expect(answer.body.errorCode).toBe(errorCode);
    expect(await statusOf(world, id)).toBe('PENDING');
  });
});

describe('a rejection over the wire', () => {
  it.each(['PATCH', 'DELETE'])('by %s /v1/task ends the last chance of a quorum', async (method) => {
    const [a] = approvers(1);
    const { world, id } = await pending([a!]);
    const [task] = await fetchTasks(world, a!);
    expect((await world.call(method, '/v1/task', login(a!, world.clock.now(), { id: task?.id }))).status).toBe(200);
    const { body } = await world.call('GET', `/v1/request/${id}`);
    expect(body).toMatchObject({ status: 'REJECTED', rejectedBy: [base64Text(a!.spki)] });
  });

  it("of another approver's task is refused", async () => {
    const [a, b] = approvers(2);
    const { world, id } = await pending([a!, b!]);
    const [task] = await fetchTasks(world, a!);
    const answer = await world.call('PATCH', '/v1/task', login(b!, world.clock.now(), { id: task?.id }));
    expect(answer.body.errorCode).toBe(652);
    expect(await statusOf(world, id)).toBe('PENDING');
  });
});

describe('signed approvals of a synchronous call (§5.6, S5)', () => {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  async function approved(timeout: number, [a, b] = approvers(2)) {
    const world = createWorld();
    await world.tsb.addKey({ label: 'k', privateKey: key.privateKey, policy: { ruleUse: rule([a!, b!], 2, { timeout }) } });
    await world.tsb.addKey({ label: 'other', spec: 'ec-p256', policy: { ruleUse: rule([a!, b!], 2, { timeout }) } });
    const id = await requestSign(world);
    const signedApprovals = [world.tsb.signedApproval(id, a!), world.tsb.signedApproval(id, b!)];
    const use = (more: object = {}, label = 'k') =>
      world.call('POST', '/v1/synchronousSign', signBody(label, { signedApprovals, ...more }));
    return { world, use, signedApprovals };
  }

  it('make the key usable', async () => {
    const { use } = await approved(600);
    const { status, body } = await use();
    expect(status).toBe(200);
    expect(verify('sha256', message, key.publicKey, base64Bytes(body.signature as string))).toBe(true);
  });

  it('are refused from the end of the window on: good at t − 1, no good at t', async () => {
    const { world, use } = await approved(600);
    world.clock.advance(599_000);
    expect((await use()).status).toBe(200);
    world.clock.advance(1000);
    expect(await use()).toMatchObject({ status: 403, body: { errorCode: 401 } });
  });

  it('of a token that never times out stay good, which is why the client warns', async () => {
    const { world, use } = await approved(0);
    world.clock.advance(365 * 86_400_000);
    expect((await use()).status).toBe(200);
  });

  it('are refused below the quorum, and the same one twice is one', async () => {
    const { use, signedApprovals } = await approved(600);
    expect((await use({ signedApprovals: signedApprovals.slice(0, 1) })).body.errorCode).toBe(401);
    expect((await use({ signedApprovals: [signedApprovals[0], signedApprovals[0]] })).body.errorCode).toBe(401);
  });

  it('are refused for another payload and another key', async () => {
    const { use } = await approved(600);
    expect((await use({ payload: base64Text(new Uint8Array(8)) })).body.errorCode).toBe(403);
    expect((await use({}, 'other')).body.errorCode).toBe(403);
  });

  it('over a timestamp of another HSM are refused, though the approvers are the right ones', async () => {
    const people = approvers(2);
    const { use } = await approved(600, people);
    const elsewhere = await approved(600, people);
    const { status, body } = await use({ signedApprovals: elsewhere.signedApprovals });
    expect([status, body.errorCode]).toEqual([403, 403]);
  });

  it('by strangers are refused, though the challenge is the right one', async () => {
    const { use, signedApprovals } = await approved(600);
    const { approvalToBeSigned } = decodeAuthorizationToken(base64Bytes(signedApprovals[0] as string));
    const { spki, privateKey } = createApproverKey();
    const forged = encodeAuthorizationToken(approvalToBeSigned, 'ec', sign('sha256', approvalToBeSigned, privateKey), { spki });
    expect((await use({ signedApprovals: [...signedApprovals, base64Text(forged)] })).body.errorCode).toBe(403);
  });

  it('that are no tokens are refused', async () => {
    const { use, signedApprovals } = await approved(600);
    const bytes = base64Bytes(signedApprovals[0] as string);
    for (const bad of [bytes.subarray(0, 20), bytes.subarray(4), Buffer.concat([bytes, new Uint8Array(4)])])
      expect((await use({ signedApprovals: [base64Text(bad)] })).status).toBe(403);
  });
});
