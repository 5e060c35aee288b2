import { invalidArgument } from '@securosys/core';
import { explainSigningPolicy, signingPolicy } from '@securosys/sign/policy';
import { writeOwnFile } from '../../files/write-file.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { buildKeyPolicy, keyPolicyText, keyRuleOptions } from '../policies/build-key-policy.js';
import { buildSigningPolicy, signingRuleOptions } from '../policies/build-signing-policy.js';

/** An option of the other kind would be forgotten silently. @throws SignError `ERR_INVALID_ARGUMENT` */
function checkedKind(kind: string, words: CommandContext['words']): 'key' | 'signing' {
  if (kind !== 'key' && kind !== 'signing') return invalidArgument("a policy is 'key' or 'signing'");
  const others = kind === 'key' ? signingRuleOptions : keyRuleOptions;
  for (const { name } of others)
    if (words.flag(name) || words.list(name).length > 0) invalidArgument(`--${name} does not belong to a ${kind} policy`);
  return kind;
}

async function built(context: CommandContext, kind: 'key' | 'signing'): Promise<{ policy: object; text: readonly string[] }> {
  if (kind === 'key') {
    const policy = await buildKeyPolicy(context);
    return { policy, text: keyPolicyText(context, policy) };
  }
  const policy = await buildSigningPolicy(context);
  // Read as it will be read: a pattern or a duration that is none is said now.
  return { policy, text: explainSigningPolicy(signingPolicy(policy)) };
}

/** `policy build`. */
export const command: Command = {
  describe:
    'Writes rules: of a key (who has to approve its use, for key create) or a signing policy (what may be signed at all). Says in words what they come to; rules that protect a key less against change than against use are refused.',
  arguments: [{ name: 'kind', describe: 'key, or signing' }],
  options: [
    { name: 'output', value: 'path', describe: 'file; default: stdout' },
    { name: 'force', describe: 'replace that file' },
    ...keyRuleOptions,
    ...signingRuleOptions,
  ],
  examples: [
    'securosys-sign policy build key --approver ada=ada.pub --approver ben=ben.pub --quorum 2 --within 12h --output rules.json',
    'securosys-sign policy build signing --repository registry.example/prod/** --tag v* --max-validity 90d',
  ],
  run: async (context) => {
    const { words, output } = context;
    const [kind = ''] = words.arguments;
    const { policy, text } = await built(context, checkedKind(kind, words));
    const [typed, json] = [words.text('output'), JSON.stringify(policy, null, 2)];
    if (typed === undefined) {
      for (const line of text) output.note(line);
      output.result(policy, json.split('\n'));
      return 'ok';
    }
    const file = context.path(typed);
    await writeOwnFile(file, `${json}\n`, { mode: 0o644, replace: words.flag('force') });
    output.result({ kind, file, text }, [...text, `written to ${file}`]);
    return 'ok';
  },
};
