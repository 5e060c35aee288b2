import type { Guard, KeyIntent } from '@securosys/core';
import type { Oci } from '@securosys/oci';
import { ciClaims } from '@securosys/sign';
import { checkAssurance } from '../../backends/check-assurance.js';
import { readNamedFile } from '../../files/read-file.js';
import type { CommandContext } from '../context.js';

/** What is asked, and told, about every use of a key. */
export interface OpenGuards {
  readonly guards: readonly Guard<KeyIntent>[];
  close(): Promise<void>;
}

/** Emulated keys are used only for who has said so. */
const assurance = (allowEmulated: boolean): Guard<KeyIntent> => ({ judge: ({ key }) => checkAssurance(key, allowEmulated) });

/** From the moment that people are asked, the user knows of it, and Ctrl-C says how to go on. */
const noticed = ({ waits, output, approvers }: CommandContext, resume: string): Guard<KeyIntent> => ({
  after: async ({ result, requestId, intent }) => {
    if (result !== 'pending') return;
    waits(resume);
    await approvers.learn(intent.key.ref.label);
    const { facts } = intent.operation;
    output.note(`waits for people${facts ? `: ${facts.title}` : ''}${requestId === undefined ? '' : ` (request ${requestId})`}`);
  },
});

async function policyOf(path: string, { clock }: CommandContext, oci: Oci | undefined): Promise<Guard<KeyIntent>> {
  const { parseSigningPolicy, policyGuard } = await import('@securosys/sign/policy');
  const policy = await parseSigningPolicy(await readNamedFile(path, 'the signing policy', 'own'), { fileName: path });
  return policyGuard(policy, { clock, ...(oci && { oci }) });
}

/**
 * The guards of the settings: `signingPolicy` may say no, `auditLog` writes down what was done.
 * @param oci for rules that ask the registry
 * @param resume what Ctrl-C says once people were asked
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED` for a policy that is none, `ERR_STORE` for a log that cannot be written
 */
export async function openGuards(context: CommandContext, oci: Oci | undefined, resume: string): Promise<OpenGuards> {
  const settings = await context.settings();
  const [policy, folder] = [settings.path('signingPolicy'), settings.path('auditLog')];
  const guards = [assurance(settings.flag('allowEmulated')), noticed(context, resume)];
  if (policy !== undefined) guards.push(await policyOf(policy, context, oci));
  if (folder === undefined) return { guards, close: async () => undefined };
  const { openAuditLog } = await import('@securosys/sign/audit');
  const log = openAuditLog({ folder, clock: context.clock });
  const requester = context.env.USER || context.env.USERNAME;
  const told = { claims: ciClaims(context.env), ...(requester && { requester }) };
  return { guards: [...guards, log.guard(told)], close: () => log.close() };
}
