import { type KeyBackend, SignError } from '@securosys/core';
import { nameText, parseCertificate, pemText } from '@securosys/pki';
import { explainPolicy } from '@securosys/tsb-client';
import type { ModifyPolicy } from '@securosys/tsb-client/api';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { keyData, keyLines } from '../keys/key-lines.js';
import { policyOf } from '../keys/key-policy.js';
import { isTsb, keyNamed, labelOf, withBackend } from '../keys/open-keys.js';
import type { NamedKey } from '../open/key-settings.js';
import { backendOptions } from '../open/open-backend.js';
import type { Line } from '../output/output.js';

/** Who has to approve what, as the backend says it. */
function policyLines(policy: ModifyPolicy | null | undefined): Line[] {
  if (policy === undefined) return [];
  return policy === null ? ['  a plain key: it has no rules'] : explainPolicy(policy).map((text) => `  ${text}`);
}

async function show(context: CommandContext, key: NamedKey, backend: KeyBackend): Promise<'ok'> {
  const { signal, output, words } = context;
  const info = await backend.describeKey(key.ref, { signal });
  const chain = (await backend.certificates?.(key.ref, { signal })) ?? [];
  const policy = isTsb(backend) ? await policyOf(context, backend, labelOf(key)) : undefined;
  const subjects = chain.map((der) => nameText(parseCertificate(der).subject));
  const pem = pemText(info.spki, 'PUBLIC KEY');
  output.result({ ...keyData(info), ...(policy !== undefined && { policy }), certificates: subjects }, [
    ...keyLines(info),
    ...policyLines(policy),
    ...subjects.map((subject) => `  certificate of ${subject}`),
    ...(words.flag('pem') ? pem.trimEnd().split('\n') : []),
  ]);
  return 'ok';
}

/** An AES key: what pins it in the configuration of the key provider. */
async function showSymmetric({ signal, output }: CommandContext, { ref }: NamedKey, backend: KeyBackend): Promise<'ok'> {
  if (!backend.describeSymmetricKey) throw new SignError('ERR_CAPABILITY_MISSING', 'this backend has no symmetric keys');
  const { ref: found, ...info } = await backend.describeSymmetricKey(ref, { signal });
  const { label, checkSha256 } = found;
  output.result({ ...(label !== undefined && { label }), ...(checkSha256 !== undefined && { checkSha256 }), ...info }, [
    { text: label ?? '(no label)', tone: 'strong' },
    `  ${info.spec ?? 'AES'}, for ${info.usages.join(' and ') || 'nothing'}; ${info.assurance}`,
    `  check value ${checkSha256 ?? 'not known: the key may not encrypt'}`,
  ]);
  return 'ok';
}

/** `key show`. */
export const command: Command = {
  describe:
    'Shows a key: what it may do, who has to approve its use and its rules, its certificates. All of it is the word of the backend; key attest proves it.',
  arguments: [{ name: 'key', describe: 'name in the configuration, or label' }],
  options: [
    { name: 'pem', describe: 'its public half, too' },
    { name: 'symmetric', describe: 'an AES key, with the check value that pins it (checkSha256)' },
    ...backendOptions,
  ],
  run: async (context) => {
    const key = await keyNamed(context, context.words.arguments[0] ?? '');
    const work = context.words.flag('symmetric') ? showSymmetric : show;
    return withBackend(context, [key], (backend) => work(context, key, backend));
  },
};
