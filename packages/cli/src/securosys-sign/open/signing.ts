import type { Claims, OperationState, Timestamper } from '@securosys/core';
import { createTimestamper, parseCertificates } from '@securosys/pki';
import { ciClaims, type SigningOptions } from '@securosys/sign';
import { readNamedFile } from '../../files/read-file.js';
import type { CommandOption } from '../command.js';
import type { CommandContext } from '../context.js';
import { pairsOf } from '../pairs.js';
import { type OpenSigner, sameCommand } from './open-signer.js';

/** Options of commands that make signatures. */
export const signingOptions: readonly CommandOption[] = [
  { name: 'reason', value: 'text', describe: 'told to approvers: why' },
  { name: 'claim', value: 'name=value', many: true, describe: 'told to approvers, as a claim' },
  {
    name: 'timestamp-url',
    value: 'address',
    setting: 'timestampUrl',
    describe: 'RFC 3161 authority that proves when it was signed',
  },
  { name: 'timestamp-root', value: 'path', many: true, setting: 'timestampRoots', describe: 'root of that authority, PEM' },
];

/** What approvers are told beside what the bytes say: nobody's proof (S45). */
export async function claimsFor(context: CommandContext, configured: Claims): Promise<Claims> {
  const { words } = context;
  const reason = words.text('reason');
  return {
    ...ciClaims(context.env),
    ...configured,
    ...pairsOf('claim', words.list('claim')),
    ...(reason !== undefined && { reason }),
  };
}

/** Shows how people decide, and has Ctrl-C say how to go on while they do. */
export async function watchApprovals(
  context: CommandContext,
  name: string,
  resume: string,
): Promise<(state: OperationState) => void> {
  const progress = await context.progress();
  const show = progress.approvals(name);
  return (state) => {
    context.waits(state.status === 'pending' || state.status === 'approved' ? resume : undefined);
    show(state);
  };
}

/** The authority that the settings name. @throws SignError `ERR_INVALID_ARGUMENT` without a root, those of reading files */
export async function timestamperOf(context: CommandContext): Promise<Timestamper | undefined> {
  const settings = await context.settings();
  const [url, roots] = [settings.text('timestampUrl'), settings.paths('timestampRoots')];
  if (url === undefined) return undefined;
  const read = async (path: string) => parseCertificates(await readNamedFile(path, 'the timestamp root', 'any'));
  const anchors = await Promise.all(roots.map(read));
  return createTimestamper({ url, anchors: anchors.flat(), clock: context.clock });
}

/**
 * How a signature is made, by the settings and what was typed.
 * @param name of what is signed, for people
 * @throws SignError `ERR_INVALID_ARGUMENT`, those of reading files
 */
export async function signingOf(context: CommandContext, opened: OpenSigner, name: string): Promise<SigningOptions> {
  const settings = await context.settings();
  const timestamper = await timestamperOf(context);
  const timeoutMs = settings.durationMs('timeout');
  return {
    signer: opened.signer,
    store: opened.store,
    claims: await claimsFor(context, opened.claims),
    approvalTimeoutMs: settings.durationMs('approvalTimeout') ?? 0,
    onProgress: await watchApprovals(context, name, sameCommand),
    clock: context.clock,
    signal: context.signal,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(timestamper && { timestamper }),
  };
}
