import { randomBytes } from 'node:crypto';
import { base64Bytes, base64Text, utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { decodeApprovalChallenge, encodeApprovalChallenge, type ModifyPolicy } from '../../src/api/index.js';
import { anyOf, quorum, type TaskRisk, type TaskView, taskText } from '../../src/index.js';
import {
  approverBefore,
  approverKey,
  attestor,
  digestA,
  keyXmlOf,
  message,
  metadataFor,
  spki,
  type TaskPlan,
  taskOf,
} from './task.js';

async function look(task: unknown, options: Parameters<typeof approverBefore>[1] = {}) {
  const { approver, posted } = approverBefore([task], { attestationKeys: [spki(attestor().publicKey)], ...options });
  const [view] = await approver.tasks();
  if (!view) throw new Error('no view');
  return { approver, posted, view };
}

const risksOf = (view: TaskView): TaskRisk[] => view.risks.filter((risk) => risk !== 'unknown-requester');
/** What the challenge of a task proves by itself, in words. */
const ofTheKey = new Map([
  ['block', 'block the key: nobody can use it'],
  ['unblock', 'unblock the key: it can be used again'],
  ['modify', 'give the key new rules'],
]);
const sealed = Uint8Array.from(randomBytes(256));
const decryptOnly = keyXmlOf({ sign: false, decrypt: true, unwrap: true });
const dual = keyXmlOf({ sign: true, decrypt: true, unwrap: false });
const both = (name: string, key = approverKey.spki) => quorum(1, [{ name, spki: key }], { timeoutSeconds: 600 });

describe('every kind of request is read from its own members, and can be approved:', () => {
  it.each<[string, TaskPlan, Partial<TaskView>, TaskRisk[]]>([
    ['sign', {}, { operation: 'sign', algorithm: 'SHA256_WITH_ECDSA' }, []],
    [
      'decrypt',
      { kind: 'decrypt', payload: sealed, more: { cipherAlgorithm: 'RSA' }, keyXml: decryptOnly, attested: true },
      { operation: 'decrypt', asked: { cipherAlgorithm: 'RSA' } },
      ['decrypt'],
    ],
    [
      'unwrap',
      {
        kind: 'unwrap',
        payload: sealed,
        more: { attributes: { decrypt: true, sign: false, unwrap: false, extractable: true } },
        keyXml: decryptOnly,
        attested: true,
      },
      { operation: 'unwrap', asked: expect.objectContaining({ label: 'new', 'attributes.extractable': 'true' }) },
      ['unwrap'],
    ],
    ['block', { kind: 'block' }, { operation: 'block' }, []],
    ['unblock', { kind: 'unblock' }, { operation: 'unblock' }, ['unblock']],
    [
      'modify',
      { policy: { ruleUse: both('a'), ruleBlock: null, ruleUnblock: both('a'), ruleModify: both('a') } },
      { operation: 'modify' },
      ['policy-weaker', 'policy-change'],
    ],
  ])('%s', async (_, plan, expected, risks) => {
    const task = taskOf(plan);
    const { approver, posted, view } = await look(task);
    expect(view).toMatchObject({ ...expected, keyLabel: 'release', mismatches: [] });
    expect(risksOf(view)).toEqual(risks);
    const proves = ofTheKey.get(view.operation);
    if (proves !== undefined) expect(taskText(view).slice(1).join('\n')).toMatch(new RegExp(`^  PROVEN .*\n    what +${proves}`));
    await approver.approve(view);
    expect(posted.at(-1)?.json).toMatchObject({ approvalToBeSigned: task.approvalToBeSigned });
    // What was signed is what our own encoder makes of what was read.
    const bytes = base64Bytes(task.approvalToBeSigned);
    expect(encodeApprovalChallenge(decodeApprovalChallenge(bytes))).toEqual(bytes);
  });

  it.each([
    ['decrypt', 'block'],
    ['block', 'unblock'],
    ['unblock', 'modify'],
    ['sign', 'unblock'],
  ] as const)('a challenge of another operation is refused: %s for %s', async (kind, other) => {
    const policy: ModifyPolicy = { ruleUse: null, ruleBlock: null, ruleUnblock: null, ruleModify: null };
    const foreign = taskOf({ kind: other, ...(other === 'modify' && { policy }) });
    const task = { ...taskOf({ kind, keyXml: decryptOnly }), approvalToBeSigned: foreign.approvalToBeSigned };
    const { approver, view } = await look(task);
    await expect(approver.approve(view, { allowBlind: true })).rejects.toMatchObject({ code: 'ERR_FACTS_MISMATCH' });
    expect(taskText(view).join('\n'), 'and proves nothing').toMatch(/what +nothing that can be read here/);
  });

  it.each(['decrypt', 'unwrap'] as const)('another payload than the challenge has is refused: %s', async (kind) => {
    const honest = taskOf({ kind, payload: sealed, keyXml: decryptOnly });
    const other = taskOf({ kind, payload: utf8Bytes('other'), keyXml: decryptOnly });
    const task = {
      ...other,
      approvalToBeSigned: honest.approvalToBeSigned,
      timestamp: honest.timestamp,
      timestampSignature: null,
    };
    const { view } = await look({ ...task, payload: honest.payload });
    expect(view.mismatches).toContain('the request has another payload than the challenge');
  });
});

describe('decrypting (S4)', () => {
  it('of bytes that are a message to be signed is refused: to the HSM both are one use of the key', async () => {
    const { approver, view } = await look(taskOf({ kind: 'decrypt', payload: message(digestA), keyXml: decryptOnly }));
    expect(view.mismatches).toEqual(['the bytes to decrypt are a message that could be signed']);
    await expect(approver.approve(view, { allowBlind: true })).rejects.toMatchObject({ code: 'ERR_FACTS_MISMATCH' });
  });

  it.each([
    ['that may sign as well', dual, ['decrypt', 'blind', 'dual-use-key']],
    ['whose attributes say nothing of it', undefined, ['decrypt', 'blind']],
  ])('with a key %s is blind: the approval would do for a signature', async (_, keyXml, risks) => {
    const { approver, view } = await look(
      taskOf({ kind: 'decrypt', payload: sealed, attested: true, ...(keyXml && { keyXml }) }),
    );
    expect(risksOf(view)).toEqual(risks);
    await expect(approver.approve(view)).rejects.toMatchObject({ code: 'ERR_BLIND_SIGNING' });
  });

  const rsaKey = attestor().publicKey;
  const rsaOnly = keyXmlOf({ sign: false, decrypt: true, unwrap: true }, '', 'release', spki(rsaKey));
  const digestInfo = Buffer.concat([Buffer.from('3031300d060960864801650304020105000420', 'hex'), Buffer.alloc(32, 7)]);
  const padded = Buffer.concat([Uint8Array.of(0, 1), Buffer.alloc(202, 0xff), Uint8Array.of(0), digestInfo]);

  it.each<[string, Uint8Array, string]>([
    ...[20, 28, 32, 48, 64].map((size): [string, Uint8Array, string] => [`${size} bytes`, sealed.subarray(0, size), decryptOnly]),
    ['a DigestInfo', digestInfo, decryptOnly],
    ['a block padded for a signature', padded, rsaOnly],
    ['fewer bytes than the modulus has', sealed.subarray(0, 255), rsaOnly],
    ['more bytes than the modulus has', Uint8Array.from([1, ...sealed]), rsaOnly],
  ])('of %s is blind even with a key that cannot sign', async (_, payload, keyXml) => {
    const { approver, view } = await look(taskOf({ kind: 'decrypt', payload: Uint8Array.from(payload), keyXml, attested: true }));
    expect(view.keyAttested).toBe(true);
    expect(risksOf(view)).toEqual(['decrypt', 'blind']);
    await expect(approver.approve(view)).rejects.toMatchObject({ code: 'ERR_BLIND_SIGNING' });
  });

  it('of as many bytes as the modulus has, with a key that cannot sign, is not', async () => {
    const payload = Uint8Array.from([0x7f, ...sealed.subarray(1)]);
    expect(risksOf((await look(taskOf({ kind: 'decrypt', payload, keyXml: rsaOnly, attested: true }))).view)).toEqual([
      'decrypt',
    ]);
  });

  it.each(['decrypt', 'unwrap'] as const)(
    'with a key of which only the TSB says that it cannot sign is blind: %s',
    async (kind) => {
      const { approver, view } = await look(taskOf({ kind, payload: sealed, keyXml: decryptOnly }));
      expect(risksOf(view)).toEqual([kind, 'blind']);
      await expect(approver.approve(view)).rejects.toMatchObject({ code: 'ERR_BLIND_SIGNING' });
    },
  );

  it('a key for both is a risk of a signature too', async () => {
    expect(risksOf((await look(taskOf({ keyXml: dual }))).view)).toEqual(['dual-use-key']);
  });
});

describe('the rules of a key that is unwrapped', () => {
  const keyXml = decryptOnly;

  it('are shown in words: they are nowhere else', async () => {
    const policy = { ruleUse: both('Ada'), ruleBlock: null, ruleUnblock: both('Ada'), ruleModify: null };
    const { view } = await look(taskOf({ kind: 'unwrap', payload: sealed, keyXml, more: { policy } }));
    expect(view.mismatches).toEqual([]);
    expect(view.asked['policy.1']).toMatch(/^To use the key: 1 of Ada \[key [0-9a-f]{64}\], within 10 minutes$/);
    expect(Object.values(view.asked)).toContain('To replace these rules: anyone with the API, without approval');
    expect(view.risks).not.toContain('look-alike-names');
  });

  it('are shown as they are when they cannot be read', async () => {
    const { view } = await look(taskOf({ kind: 'unwrap', payload: sealed, keyXml, more: { policy: { ruleUse: 7 } } }));
    expect(view.asked).toMatchObject({ 'policy.ruleUse': '7' });
  });
});

describe('a change of rules', () => {
  const rule = (name: string, tokens: string) => `<rule_${name}>${tokens}</rule_${name}>`;
  const [written] = both('a').tokens ?? [];
  const group = `<group name="${written?.groups?.[0]?.name}"><quorum>1</quorum><approval type="public_key" name="a">${base64Text(approverKey.spki)}</approval></group>`;
  const token = `<token name="${written?.name}"><timelock>0</timelock><timeout>600</timeout>${group}</token>`;
  const policyXml = `<policy><key_status><blocked>false</blocked></key_status>${['use', 'block', 'unblock', 'modify'].map((name) => rule(name, token)).join('')}</policy>`;
  const keyXml = keyXmlOf({ sign: true, decrypt: false, unwrap: false }, policyXml);
  const same = { ruleUse: both('a'), ruleBlock: both('a'), ruleUnblock: both('a'), ruleModify: both('a') };

  it('is shown beside the rules of today', async () => {
    const { view } = await look(taskOf({ policy: { ...same, ruleModify: null }, keyXml, attested: true }));
    expect(view.policyChanges?.length).toBeGreaterThan(0);
    expect(new Set(view.policyChanges?.map(({ rule }) => rule))).toEqual(new Set(['ruleModify']));
    expect(view.policyChanges).toContainEqual(expect.objectContaining({ direction: 'weaker' }));
    expect(risksOf(view)).toEqual(['policy-weaker', 'policy-change']);
  });

  it('that asks no fewer people is not called weaker, one whose approvals never expire is', async () => {
    const longer = { ...same, ruleUse: anyOf(both('a'), { tokens: [{ ...both('a').tokens![0]!, timeout: 0 }] }) };
    const { view } = await look(taskOf({ policy: same, keyXml, attested: true }));
    expect(risksOf(view)).toEqual(['policy-change']);
    expect(view).toMatchObject({ keyAttested: true, policyChanges: [] });
    expect(risksOf((await look(taskOf({ policy: longer, keyXml, attested: true }))).view)).toContain('policy-weaker');
  });

  it('is not compared with rules that are not known', async () => {
    const { view } = await look(taskOf({ policy: same }));
    expect(view.policyChanges).toBeUndefined();
    expect(risksOf(view)).toContain('policy-weaker');
  });
});

describe('levels of detail', () => {
  const lower = (level: string) => {
    const task = taskOf({ metadata: metadataFor(message(digestA), digestA) });
    const n = Number(level.slice(5));
    return {
      ...task,
      detailLevel: level,
      ...(n < 2 && { metaData: null, payload: null }),
      ...(n < 3 && { requestBase64: null, signedSignRequest: null }),
      ...(n < 4 && { timestamp: null, timestampSignature: null }),
      ...(n < 5 && { keyAttributes: null }),
    };
  };

  it.each(['level1', 'level2', 'level3', 'level4'] as const)(
    '%s is for looking only, whatever is allowed',
    async (detailLevel) => {
      const { approver, posted } = approverBefore([lower(detailLevel)]);
      const [view] = await approver.tasks({ detailLevel });
      expect(posted[0]?.json).toMatchObject({ detailLevel });
      expect(view).toMatchObject({ detailLevel, keyLabel: 'release' });
      expect(view?.risks).toContain('insufficient-detail');
      expect(view?.mismatches.join()).toMatch(/\(level \d\)/);
      const all = { allowBlind: true, allowUnverifiedTimestamp: true };
      await expect(approver.approve(view as TaskView, all)).rejects.toMatchObject({ code: 'ERR_FACTS_MISMATCH' });
      await approver.reject(view as TaskView);
      expect(posted).toHaveLength(2);
    },
  );

  it('a whole task that was asked for at a lower level is not approved either', async () => {
    const { approver } = approverBefore([taskOf()]);
    const [view] = await approver.tasks({ detailLevel: 'level4' });
    expect(view).toMatchObject({ detailLevel: 'level4', mismatches: [] });
    await expect(approver.approve(view as TaskView)).rejects.toMatchObject({ code: 'ERR_FACTS_MISMATCH' });
  });

  it('level 6 says who has decided, by name where the rules name them, and never the result', async () => {
    const group = `<group name="g"><quorum>1</quorum><approval type="public_key" name="Ada\u202e">${base64Text(approverKey.spki)}</approval></group>`;
    const token = `<token name=""><timelock>0</timelock><timeout>600</timeout>${group}</token>`;
    const policy = `<policy><key_status><blocked>false</blocked></key_status><rule_use>${token}</rule_use><rule_block/><rule_unblock/><rule_modify/></policy>`;
    const requestStatus = {
      id: 'aaaaaaaa-0000-4000-8000-000000000009',
      status: 'PENDING',
      executionTime: null,
      approvedBy: [base64Text(approverKey.spki)],
      notYetApprovedBy: ['AAAA'],
      rejectedBy: [],
      result: 'c2VjcmV0',
    };
    const keyXml = keyXmlOf({ sign: true, decrypt: false, unwrap: false }, policy);
    const { approver, posted } = approverBefore([{ ...taskOf({ keyXml }), detailLevel: 'level6', requestStatus }]);
    const [view] = await approver.tasks({ detailLevel: 'level6' });
    expect(posted[0]?.json).toMatchObject({ detailLevel: 'level6' });
    expect(view?.progress).toMatchObject({ status: 'PENDING', approvedBy: [{ name: 'Ada\\u{202e}' }], rejectedBy: [] });
    expect(view?.progress?.notYetApprovedBy[0]).not.toHaveProperty('name');
    expect(JSON.stringify(view)).not.toContain('c2VjcmV0');
    await approver.approve(view as TaskView);
  });

  it.each([
    ['sign', 'filteredSignApprovalTask'],
    ['decrypt', 'filteredDecryptApprovalTask'],
    ['unwrap', 'filteredUnwrapKeyApprovalTask'],
    ['block', 'filteredBlockKeyApprovalTask'],
    ['unblock', 'filteredUnblockKeyApprovalTask'],
    ['modify', 'filteredModifyKeyApprovalTask'],
    ['certificate', 'filteredAllApprovalTask'],
  ] as const)('tasks of one kind come from their own list: %s', async (operation, path) => {
    const { approver, posted } = approverBefore([taskOf({ kind: 'block' })]);
    const views = await approver.tasks({ operation });
    expect(posted[0]?.url).toBe(`https://tsb.example/v1/${path}`);
    expect(views).toHaveLength(operation === 'block' ? 1 : 0);
  });

  it('a task or a request is asked for by its id', async () => {
    const id = 'aaaaaaaa-0000-4000-8000-000000000001';
    const { approver, posted } = approverBefore([]);
    await approver.tasks({ id });
    await approver.tasks({ requestId: id });
    expect(posted.map(({ json }) => json)).toMatchObject([{ id }, { requestId: id }]);
  });

  it.each([
    ['a level that does not exist', { detailLevel: 'level7' }],
    ['an operation that does not exist', { operation: 'toString' }],
    ['both ids', { id: 'a', requestId: 'b' }],
    ['certificates below level 3', { operation: 'certificate', detailLevel: 'level2' }],
    ['a misspelt option', { detaillevel: 'level5' }],
  ])('%s is refused', async (_, query) => {
    await expect(approverBefore([]).approver.tasks(query as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});
