// An approver's tool: shows what the bytes prove, asks the person, decides over exactly what was shown. Copy it, and add formats of your own.
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { parseJson, SignError, spkiOf } from '@securosys/core';
import {
  approverFormats,
  approverKeyFromPrivateKey,
  createApprover,
  requestText,
  risksToAccept,
  taskText,
} from '@securosys/sign/approver';
import type { TaskView, TsbClientOptions } from '@securosys/tsb-client';

const usage = `approve list | approve <task>… | reject <task>… | batch <batch>    --config FILE --key FILE --timestamp-key FILE
  --config FILE          options of createTsbClient as JSON: url, auth, ca, apiKeys; or --url URL, where keys are enough to log in
  --key FILE             your private key, PEM
  --timestamp-key FILE   public key of the HSM's timestamps, PEM, from whoever runs the HSM
  --attestation-key FILE public key by which the HSM attests its keys, PEM; without it, what is said of a key is the TSB's word
  --requester NAME=FILE  an application that you know, by the public key that it signs requests with
  --yes                  asks nothing, unless there is something to think about
  --accept RISK          something that you have thought about for these very tasks`;

/** Where the tool speaks and listens: a terminal, or a test. */
export interface Terminal {
  print(line: string): void;
  /** What is wrong with the command line. */
  complain(line: string): void;
  ask(question: string): Promise<string>;
}

const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true, default: [] as string[] } as const;
const options = {
  help: { type: 'boolean', short: 'h' },
  config: text,
  url: text,
  key: text,
  'timestamp-key': text,
  'attestation-key': texts,
  requester: texts,
  accept: texts,
  yes: { type: 'boolean' },
} as const;
const publicKey = async (file: string) => spkiOf(createPublicKey(await readFile(file)));

/** Whether the person wants it. Risks are asked for by name, whatever `--yes` says (a second look). */
async function agrees(views: readonly TaskView[], yes: boolean, accepted: readonly string[], io: Terminal): Promise<boolean> {
  const open = [...new Set(views.flatMap(risksToAccept))].filter((risk) => !accepted.includes(risk)).join(' ');
  if (open !== '') return (await io.ask(`To approve, type what you have thought about (${open}): `)).trim() === open;
  return yes || (await io.ask(`Type yes to approve ${views.length} task(s): `)).trim() === 'yes';
}

/** The command line, and what its files hold. @throws Error that says what is wrong with them */
async function read(args: readonly string[]) {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  const [command = 'list', ...names] = positionals;
  const { config, url, key, 'timestamp-key': timestampKey, help, accept, yes = false } = values;
  if (help) return undefined;
  if (!['list', 'approve', 'reject', 'batch'].includes(command)) throw new Error(`there is no command ${command}`);
  if (!(config || url) || !key || !timestampKey) throw new Error('--config, --key and --timestamp-key are needed');
  const server = config ? (parseJson(await readFile(config, 'utf8')) as Partial<TsbClientOptions>) : {};
  const requesters = values.requester.map(async (one) => {
    const at = one.indexOf('=');
    return { name: one.slice(0, at), spki: await publicKey(one.slice(at + 1)) };
  });
  const approver = {
    ...{ url: url ?? '', auth: { type: 'none' as const }, ...server },
    key: approverKeyFromPrivateKey(createPrivateKey(await readFile(key))),
    formats: approverFormats,
    pinnedTimestampKey: await publicKey(timestampKey),
    attestationKeys: await Promise.all(values['attestation-key'].map(publicKey)),
    requesters: await Promise.all(requesters),
  };
  return { command, names, accept, yes, approver };
}

/** The whole tool; returns the exit code. @throws SignError when nothing could be decided */
export async function run(args: readonly string[], io: Terminal): Promise<number> {
  const asked = await read(args).catch((error: Error) => error);
  if (asked instanceof Error) io.complain(`${asked.message}\n\n${usage}`);
  else if (!asked) io.print(usage);
  if (!asked || asked instanceof Error) return asked ? 2 : 0;
  const { command, names, accept, yes } = asked;
  const approver = createApprover(asked.approver);
  try {
    const requests = await approver.requests();
    const shown = requests.filter(({ id }) => command === 'list' || (command === 'batch' && names.includes(id)));
    const all = (shown.length > 0 ? shown : requests).flatMap(({ tasks }) => tasks);
    const views = shown.length > 0 ? all : all.filter(({ id }) => names.includes(id));
    for (const line of shown.flatMap((one) => requestText(one, Date.now()))) io.print(line);
    if (command === 'list') return 0;
    if (views.length === 0) throw new SignError('ERR_REQUEST_NOT_FOUND', 'there is no such task');
    if (shown.length === 0) for (const line of views.flatMap(taskText)) io.print(line);
    if (command !== 'reject' && !(await agrees(views, yes, accept, io))) return 1;
    const acceptRisks = views.flatMap(risksToAccept);
    const allowBlind = acceptRisks.some((risk) => risk === 'blind' || risk === 'unknown-format');
    const decision = command === 'reject' ? 'reject' : 'approve';
    const { outcomes, newcomers } = await approver.decide(views, decision, { acceptRisks, allowBlind });
    for (const one of outcomes) io.print(`${one.view.id}  ${one.outcome === 'failed' ? one.error.message : one.outcome}`);
    for (const { id } of newcomers) io.print(`${id}  came into the batch after you looked: not decided`);
    return newcomers.length === 0 && outcomes.every(({ outcome }) => outcome === 'approved' || outcome === 'rejected') ? 0 : 1;
  } finally {
    await approver.close();
  }
}
