import { randomBytes } from 'node:crypto';
import { expect, type Probe } from '../probe.js';
import { said } from '../world.js';

export const probe: Probe = {
  name: 'approver management',
  async run(world, step) {
    const approverName = world.label('approver');
    await step('an approver is created, onboarded and deleted', async () => {
      const created = await world.tried('createApprover', {
        approverName,
        algorithm: 'RSA',
        keySize: 2048,
        backupPassword: [...'backup'],
        validity: 30,
      });
      if (created.error) {
        world.report.unreachable('onboardingPath', `no approver can be created: ${said(created.error)}`);
        expect(created.error.code === 'ERR_FORBIDDEN' || created.error.code === 'ERR_CAPABILITY_MISSING', said(created.error));
        return;
      }
      const { oneTimeCode } = await world.call('renewOneTimeCode', { approverName });
      const transportPassword = randomBytes(16).toString('hex').split('');
      const onboarded = await world.tried('onboardApprover', {
        approverName,
        oneTimeCode: oneTimeCode.split(''),
        transportPassword,
      });
      world.settle('onboardingPath', onboarded.error === undefined, said(onboarded.error));
      const status = await world.call('onboardingStatus');
      expect(
        (status.onboarded ?? []).some((one) => one.approverName === approverName),
        'not listed as onboarded',
      );
      await world.call('restoreApprover', { approverName });
      await world.call('forgotBackupPassword', { approverName, newBackupPassword: [...'another'] });
      await world.call('deleteApprover', undefined, { approverName });
    });
  },
};
