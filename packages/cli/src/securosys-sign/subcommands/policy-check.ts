import { evaluatePolicy } from '@securosys/sign/policy';
import type { Command } from '../command.js';
import { openOci, registryOptions } from '../open/open-oci.js';
import { checkKeyPolicy } from '../policies/check-key-policy.js';
import { usageOption } from '../policies/key-usage.js';
import { policyFile } from '../policies/policy-file.js';
import { subjectOptions, typedSubject } from '../policies/subject.js';
import { verdictLines } from '../policies/verdict-lines.js';

/** `policy check`. */
export const command: Command = {
  describe:
    'Says what a signing policy would say about one signature or decryption, rule by rule, without asking for it. The rules of a key (JSON with ruleUse) are checked for mistakes and weaknesses instead. Mistakes in the file are named with their line.',
  arguments: [{ name: 'policy', describe: 'file; default: signingPolicy of the configuration; - is stdin', optional: true }],
  options: [...subjectOptions, usageOption, ...registryOptions],
  examples: [
    'securosys-sign policy check release.yaml --image registry.example/prod/app:v1 --format notation-jws --expires-in 30d',
  ],
  run: async (context) => {
    const file = await policyFile(context);
    if (file.kind === 'key') return checkKeyPolicy(context, file.policy);
    const { clock, signal, output } = context;
    const subject = await typedSubject(context);
    const oci = await openOci(context);
    try {
      const result = await evaluatePolicy(file.policy, subject, { oci, clock, signal });
      output.result({ kind: 'signing', ...result }, verdictLines(result));
      return result.verdict === 'allowed' ? 'ok' : 'refused';
    } finally {
      await oci.close();
    }
  },
};
