import { describe, expect, it } from 'vitest';
import { decisionRefusal } from '../../src/approver/refusal.js';
import { risksToAccept, type TaskRisk, type TaskView } from '../../src/index.js';
import { approverBefore, taskOf } from './task.js';

const anyhow = { allowBlind: true, allowUnverifiedTimestamp: true, requireKnownRequester: false };

/** Everything that needs a second look (threat model S44), by name: a policy change, a CA, a stranger, blind, decrypt, and what is like them. */
const grave: readonly TaskRisk[] = [
  'blind',
  'unknown-format',
  'weak-hash',
  'decrypt',
  'unwrap',
  'ca-certificate',
  'policy-change',
  'policy-weaker',
  'policy-same-person',
  'policy-look-alike',
  'policy-mistake',
  'unblock',
  'dual-use-key',
  'unknown-requester',
  'timestamp-unverified',
  'claims-replayed',
  'batch-differs',
  'look-alike-names',
  'shortened',
];

describe('one decision over many is vetoed unless the risk is named:', () => {
  it.each(grave)('%s', async (risk) => {
    const [shown] = await approverBefore([taskOf()]).approver.tasks();
    const view: TaskView = { ...(shown as TaskView), risks: [risk, 'claims-expired'] };
    const others = grave.filter((one) => one !== risk);
    expect(risksToAccept(view)).toEqual([risk]);
    expect(decisionRefusal([view], anyhow, others)).toMatchObject({ code: 'ERR_VETOED', details: { risks: [risk] } });
    expect(decisionRefusal([view], anyhow, [risk])).toBeUndefined();
  });
});
