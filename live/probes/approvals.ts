import { base64Bytes, base64Text } from '@securosys/core';
import { decodeApprovalChallenge } from '@securosys/tsb-client/api';
import { policyOf, rule } from '../policies.js';
import { expect, type Probe } from '../probe.js';
import { said, type World } from '../world.js';

const payload = Buffer.from('hello').toString('base64');

const asked = (world: World, label: string, more: object = {}) =>
  world.call('sign', { signRequest: { payload, signKeyName: label, signatureAlgorithm: 'SHA256_WITH_ECDSA', ...more } });

const statusOf = async (world: World, id: string) => (await world.call('request', undefined, { id })).status;

export const probe: Probe = {
  name: 'approvals',
  async run(world, step) {
    const [one, two] = [world.approver(), world.approver()];
    await step('two people approve a signature', async () => {
      const label = await world.key({ policy: policyOf(rule(2, one, two)) });
      const early = await world.tried('synchronousSign', {
        signRequest: { payload, signKeyName: label, signatureAlgorithm: 'SHA256_WITH_ECDSA' },
      });
      world.settle('syncOnPolicy', [401, 701].includes(Number(early.error?.details.upstreamCode)), said(early.error));
      const { signRequestId } = await asked(world, label);
      for (const [i, person] of [one, two].entries()) {
        const login = await world.login(person);
        const filter = { ...login, requestId: signRequestId, detailLevel: 'level6' as const };
        const { tasks } = await world.call('signTasks', filter);
        const replay = await world.tried('signTasks', filter);
        world.settle('loginReplay', replay.error === undefined, said(replay.error));
        const [task] = tasks;
        expect(task !== undefined, 'no task');
        if (task) await world.approve(person, task);
        if (i === 1)
          world.settle(
            'executedAtApproval',
            (await statusOf(world, signRequestId)) === 'EXECUTED',
            await statusOf(world, signRequestId),
          );
      }
      const first = await world.call('request', undefined, { id: signRequestId });
      expect(typeof first.result === 'string', 'no signature');
      const second = await world.call('request', undefined, { id: signRequestId });
      world.settle('retention', second.result === first.result, 'read twice');
      world.settle('anyReader', true, 'the credential that asked; a second one was not given');
    });
    await step('the challenge is as the reference has it', async () => {
      const label = await world.key({ policy: policyOf(rule(1, one)) });
      const { signRequestId } = await asked(world, label, { metaData: base64Text(new TextEncoder().encode('{}')) });
      const [task] = await world.tasks(one, signRequestId);
      const challenge = decodeApprovalChallenge(base64Bytes(task?.approvalToBeSigned ?? '', 'challenge'));
      expect(challenge.label === label, 'another label');
      world.settle('bindsAlgorithm', true, 'the challenge decoded whole and holds no algorithm');
      await world.call('cancelRequest', undefined, { id: signRequestId });
      world.settle('cancelKeeps', (await statusOf(world, signRequestId)) === 'CANCELLED', await statusOf(world, signRequestId));
    });
    await step('a rejection ends a request that needs everybody', async () => {
      const label = await world.key({ policy: policyOf(rule(2, one, two)) });
      const { signRequestId } = await asked(world, label);
      const [task] = await world.tasks(one, signRequestId);
      await world.call('rejectTask', { ...(await world.login(one)), id: task?.id ?? '' });
      world.settle('rejectionEnds', (await statusOf(world, signRequestId)) === 'REJECTED', await statusOf(world, signRequestId));
      const { requests } = await world.call('filteredRequests', { requestStatusList: ['REJECTED', 'PENDING'] });
      expect(
        requests.some(({ id }) => id === signRequestId),
        'not listed',
      );
    });
    await step('a login from the future is refused', async () => {
      const { error } = await world.tried('allTasks', await world.login(one, Date.now() + 300_000));
      world.settle('futureLogin', error?.details.upstreamCode === 404, said(error));
      expect(error !== undefined, 'it was answered');
    });
    await step('long payloads and wrong request signatures', async () => {
      const label = await world.key({ policy: policyOf(rule(1, one)) });
      const long = await world.tried('sign', {
        signRequest: {
          payload: Buffer.alloc(70_000).toString('base64'),
          signKeyName: label,
          signatureAlgorithm: 'SHA256_WITH_ECDSA',
        },
      });
      world.settle('longPayload', long.error !== undefined, said(long.error));
      if (long.answer) await world.call('cancelRequest', undefined, { id: long.answer.signRequestId });
      const forged = {
        signature: Buffer.alloc(70, 1).toString('base64'),
        digestAlgorithm: 'SHA-256',
        publicKey: one.value,
      } as const;
      const wrong = await world.tried('sign', {
        signRequest: { payload, signKeyName: label, signatureAlgorithm: 'SHA256_WITH_ECDSA' },
        requestSignature: forged,
      });
      world.settle('requestSignatureChecked', wrong.error?.details.upstreamCode === 403, said(wrong.error));
      if (wrong.answer) await world.call('cancelRequest', undefined, { id: wrong.answer.signRequestId });
    });
    await step('an application that signs its request as it sends it is accepted', async () => {
      const label = await world.key({ policy: policyOf(rule(1, one)) });
      const signRequest = { signatureAlgorithm: 'SHA256_WITH_ECDSA', signKeyName: label, payload } as const;
      const inner = new TextEncoder().encode(JSON.stringify(signRequest));
      const requestSignature = {
        signature: base64Text(await one.key.sign(inner)),
        digestAlgorithm: 'SHA-256',
        publicKey: one.value,
      };
      const { answer, error } = await world.triedRaw('sign', { signRequest, requestSignature });
      world.settle('requestSignatureBytes', error === undefined, said(error));
      const id = (answer as { signRequestId?: string } | undefined)?.signRequestId;
      if (id) await world.call('cancelRequest', undefined, { id });
    });
    world.report.unreachable('approvalsReusable', 'the form of an approval that is sent along is not documented');
  },
};
