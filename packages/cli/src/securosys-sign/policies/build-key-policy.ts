import { invalidArgument } from '@securosys/core';
import { parseCertificates } from '@securosys/pki';
import { buildPolicy, explainPolicy, type PolicyApprover, quorum } from '@securosys/tsb-client';
import type { Policy, PolicyRule } from '@securosys/tsb-client/api';
import type { CommandOption } from '../command.js';
import type { CommandContext } from '../context.js';
import { publicKeyOf } from '../open/public-keys.js';
import { pairsOf } from '../pairs.js';
import { durationMs } from '../settings/duration.js';
import { usageOf, usageOption } from './key-usage.js';

/** Options that describe who approves what. Rules that nobody describes are as those for use. */
export const keyRuleOptions: readonly CommandOption[] = [
  { name: 'approver', value: 'name=path', many: true, describe: 'who may approve: public key, PEM' },
  { name: 'approver-certificate', value: 'path', many: true, describe: 'who may approve: certificate, PEM' },
  { name: 'onboarded', value: 'name', many: true, describe: 'who may approve: somebody whom the TSB has onboarded' },
  { name: 'quorum', value: 'number', describe: 'how many of them have to approve each use' },
  { name: 'within', value: 'duration', describe: 'how long requests can be approved; default 1d' },
  { name: 'after', value: 'duration', describe: 'approved requests are carried out only this long after they were made' },
  { name: 'modify-quorum', value: 'number', describe: 'how many have to approve other rules; default as for use' },
  { name: 'unblock-quorum', value: 'number', describe: 'how many have to approve to lift a block; default as for use' },
  { name: 'block-quorum', value: 'number', describe: 'how many have to approve a block; 0: nobody; default as for use' },
  usageOption,
];

async function approversOf(context: CommandContext): Promise<PolicyApprover[]> {
  const { words } = context;
  const keys = await Promise.all(
    Object.entries(pairsOf('approver', words.list('approver'))).map(async ([name, path]) => ({
      name,
      spki: publicKeyOf(await context.readFile(path, '--approver'), '--approver'),
    })),
  );
  const certificates = await Promise.all(
    words.list('approver-certificate').map(async (path) => {
      const [certificate] = parseCertificates(await context.readFile(path, '--approver-certificate'));
      return certificate ? { certificate: certificate.der } : invalidArgument('--approver-certificate holds no certificate');
    }),
  );
  return [...keys, ...certificates, ...words.list('onboarded').map((onboarded) => ({ onboarded }))];
}

const numberOf = (text: string, option: string): number =>
  /^\d{1,3}$/.test(text) ? Number(text) : invalidArgument(`--${option} is a number`);

/**
 * The rules that were described; changing them and lifting a block are protected as their use is (S6), and approvals end (S5).
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_POLICY_UNSAFE`, those of reading files
 */
export async function buildKeyPolicy(context: CommandContext): Promise<Policy> {
  const { words } = context;
  const approvers = await approversOf(context);
  if (approvers.length === 0) invalidArgument('who may approve? give --approver, --approver-certificate or --onboarded');
  const use = words.text('quorum') ?? invalidArgument('how many of them? give --quorum');
  const after = words.text('after');
  const timeoutSeconds = durationMs(words.text('within') ?? '1d', '--within') / 1000;
  const timelockSeconds = after === undefined ? 0 : durationMs(after, '--after') / 1000;
  const rule = (option: string, timelock: number): PolicyRule | null | undefined => {
    const typed = words.text(option);
    if (typed === undefined) return undefined;
    const count = numberOf(typed, option);
    if (count === 0 && option === 'block-quorum') return null;
    return quorum(count, approvers, { timeoutSeconds, timelockSeconds: timelock });
  };
  const [modify, unblock, block] = ['modify-quorum', 'unblock-quorum', 'block-quorum'].map((option) => rule(option, 0));
  return buildPolicy({
    use: quorum(numberOf(use, 'quorum'), approvers, { timeoutSeconds, timelockSeconds }),
    usage: usageOf(context),
    ...(modify !== undefined && { modify }),
    ...(unblock !== undefined && { unblock }),
    ...(block !== undefined && { block }),
  });
}

/** What was built, in words. */
export const keyPolicyText = (context: CommandContext, policy: Policy): string[] =>
  explainPolicy(policy, { use: usageOf(context) });
