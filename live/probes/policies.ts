import type { Policy, PolicyRule } from '@securosys/tsb-client/api';
import { tsbCurveOids } from '@securosys/tsb-client/api';
import { policyOf, rule } from '../policies.js';
import type { Probe } from '../probe.js';
import { said, type Tried, type World } from '../world.js';

const made = (world: World, policy: unknown): Promise<Tried<unknown>> =>
  world.triedRaw('createKey', {
    label: world.label('policy'),
    algorithm: 'EC',
    curveOid: tsbCurveOids.secp256r1,
    attributes: { decrypt: false, sign: true, unwrap: false, destroyable: true },
    policy,
  });

const sample = (use: PolicyRule | null): Policy => ({
  ruleUse: use,
  ruleBlock: null,
  ruleUnblock: null,
  ruleModify: null,
  keyStatus: { blocked: false },
});

export const probe: Probe = {
  name: 'policies',
  async run(world, step) {
    await step('policies are checked when a key is made', async () => {
      const one = world.approver();
      const never = await made(world, sample({ tokens: null }));
      world.settle('neverUse', never.error?.details.upstreamCode === 600, said(never.error));
      const none = await made(world, { ...sample(rule(1, one)), ruleModify: { tokens: [] } });
      world.settle('emptyTokens', none.error === undefined, said(none.error));
      const many = await made(world, sample(rule(2, one)));
      world.settle('quorumRange', many.error !== undefined, said(many.error));
      const [token] = rule(1, one).tokens ?? [];
      const odd = await made(world, sample({ tokens: token ? [{ ...token, timelock: 90 }] : [] }));
      world.settle('minutes', odd.error?.details.upstreamCode === 600, said(odd.error));
    });
    await step('an approver in two groups gets one task', async () => {
      const [one, two] = [world.approver(), world.approver()];
      const [token] = rule(1, one).tokens ?? [];
      const [group] = token?.groups ?? [];
      const [second] = rule(2, one, two).tokens?.[0]?.groups ?? [];
      if (!token || !group || !second) return;
      const both: PolicyRule = { tokens: [{ ...token, groups: [group, { ...second, name: 'second' }] }] };
      const label = await world.key({ policy: policyOf(both) });
      const { signRequestId } = await world.call('sign', {
        signRequest: { payload: 'aGVsbG8=', signKeyName: label, signatureAlgorithm: 'SHA256_WITH_ECDSA' },
      });
      const tasks = await world.tasks(one, signRequestId);
      world.settle('onceTask', tasks.length === 1, `${tasks.length} tasks`);
      await world.call('cancelRequest', undefined, { id: signRequestId });
    });
    world.report.unreachable(
      'mixedTypes',
      'needs a certificate for an approver; asked by the onboarding probe where that is licensed',
    );
  },
};
