import { base64Bytes } from '@securosys/core';
import { decodeApprovalChallenge, type ModifyPolicy } from '@securosys/tsb-client/api';
import { policyOf, rule } from '../policies.js';
import { expect, type Probe } from '../probe.js';
import { type LiveApprover, said, type World } from '../world.js';

const payload = Buffer.from('hello').toString('base64');

async function approved(world: World, person: LiveApprover, id: string): Promise<ReturnType<typeof decodeApprovalChallenge>> {
  const [task] = await world.tasks(person, id);
  if (!task) throw new Error('no task');
  const challenge = decodeApprovalChallenge(base64Bytes(task.approvalToBeSigned, 'challenge'));
  await world.approve(person, task);
  return challenge;
}

export const probe: Probe = {
  name: 'block, unblock, modify',
  async run(world, step) {
    const one = world.approver();
    const rules = policyOf(rule(1, one));
    const { keyStatus: _, ...modification } = rules;
    await step('a key is blocked and unblocked by approval', async () => {
      const label = await world.key({ policy: rules });
      const { blockKeyRequestId } = await world.call('block', { blockRequest: { blockKeyName: label } });
      await world.call('blockTasks', await world.login(one));
      const block = await approved(world, one, blockKeyRequestId);
      world.settle('challengeOfBlock', block.operation === 'block' && block.payload === undefined, block.operation);
      const use = await world.tried('sign', {
        signRequest: { payload, signKeyName: label, signatureAlgorithm: 'SHA256_WITH_ECDSA' },
      });
      world.settle('blockedKey', use.error?.details.upstreamCode === 614, said(use.error));
      const { unblockKeyRequestId } = await world.call('unblock', { unblockRequest: { unblockKeyName: label } });
      await world.call('unblockTasks', await world.login(one));
      const unblock = await approved(world, one, unblockKeyRequestId);
      world.settle('challengeOfUnblock', unblock.operation === 'unblock' && unblock.payload === undefined, unblock.operation);
    });
    await step('rules are modified by approval', async () => {
      const label = await world.key({ policy: rules });
      const { modifyKeyRequestId } = await world.call('modify', {
        modifyRequest: { modifyKeyName: label, policy: { ...modification, ruleBlock: null } },
      });
      await world.call('modifyTasks', await world.login(one));
      await approved(world, one, modifyKeyRequestId);
      const partial = {
        modifyRequest: { modifyKeyName: label, policy: { ruleUse: modification.ruleUse, ruleModify: modification.ruleModify } },
      };
      const { answer, error } = await world.triedRaw('modify', partial);
      if (error) world.settle('modifyReplacesAll', false, said(error));
      else {
        await approved(world, one, (answer as { modifyKeyRequestId: string }).modifyKeyRequestId);
        const { policy } = (await world.call('keyAttributes', { label })).json;
        world.settle(
          'modifyReplacesAll',
          policy?.ruleUnblock === null,
          `ruleUnblock is ${policy?.ruleUnblock === null ? 'null' : 'kept'}`,
        );
      }
    });
    await step('a request keeps the rules of its time and is checked against those of its execution', async () => {
      const two = world.approver();
      const label = await world.key({ policy: { ...rules, ruleModify: null } });
      const { signRequestId } = await world.call('sign', {
        signRequest: { payload, signKeyName: label, signatureAlgorithm: 'SHA256_WITH_ECDSA' },
      });
      const stricter: ModifyPolicy = { ...modification, ruleModify: null, ruleUse: rule(1, two) };
      await world.call('synchronousModify', { modifyRequest: { modifyKeyName: label, policy: stricter } });
      const [task] = await world.tasks(one, signRequestId);
      if (!task) {
        world.settle('policySnapshot', true, 'the task is gone');
        return;
      }
      await world.approve(one, task);
      const { status } = await world.call('request', undefined, { id: signRequestId });
      world.settle('policySnapshot', status === 'FAILED', status);
      expect(status !== 'PENDING', 'it never ends');
    });
    await step('keys without conditions are blocked and unblocked at once', async () => {
      const label = await world.key({ policy: { ...rules, ruleBlock: null, ruleUnblock: null } });
      await world.call('synchronousBlock', { blockRequest: { blockKeyName: label } });
      await world.call('synchronousUnblock', { unblockRequest: { unblockKeyName: label } });
    });
    await step('decrypt and unwrap are approved over the encrypted bytes', async () => {
      const label = await world.key({
        algorithm: { algorithm: 'RSA', keySize: 2048 },
        attributes: { decrypt: true, sign: false, unwrap: true, encrypt: true },
        policy: rules,
      });
      const cipherAlgorithm = 'RSA_PADDING_OAEP_WITH_SHA256' as const;
      const { encryptedPayload } = await world.call('encrypt', {
        encryptRequest: { payload, encryptKeyName: label, cipherAlgorithm },
      });
      const { decryptRequestId } = await world.call('decrypt', {
        decryptRequest: { encryptedPayload, decryptKeyName: label, cipherAlgorithm },
      });
      await world.call('decryptTasks', await world.login(one));
      await world.call('unwrapTasks', await world.login(one));
      const { payload: shown } = await approved(world, one, decryptRequestId);
      const same = shown !== undefined && Buffer.from(shown.bytes).toString('base64') === encryptedPayload;
      world.settle('challengeOfDecrypt', same, shown ? `${shown.bytes.byteLength} bytes` : 'no payload');
      const { result } = await world.call('request', undefined, { id: decryptRequestId });
      expect(result === payload, 'another text');
    });
  },
};
