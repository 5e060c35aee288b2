import { explainSigningPolicy } from '@securosys/sign/policy';
import { explainPolicy } from '@securosys/tsb-client';
import type { Command } from '../command.js';
import { usageOf, usageOption } from '../policies/key-usage.js';
import { policyFile } from '../policies/policy-file.js';

/** `policy explain`. */
export const command: Command = {
  describe:
    'Says in words what a signing policy demands, or who has to approve what by the rules of a key, and what is weak about them.',
  arguments: [{ name: 'policy', describe: 'file; default: signingPolicy of the configuration; - is stdin', optional: true }],
  options: [usageOption],
  run: async (context) => {
    const file = await policyFile(context);
    const lines = file.kind === 'key' ? explainPolicy(file.policy, { use: usageOf(context) }) : explainSigningPolicy(file.policy);
    context.output.result({ kind: file.kind, text: lines }, lines);
    return 'ok';
  },
};
