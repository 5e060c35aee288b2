// An approver's tool: shows what the bytes prove, asks the person, decides over exactly what was shown. Copy it and add your formats.
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { SignError, spkiOf } from '@securosys/core';
import { notationJws } from '@securosys/notation-envelope';
import { approverKeyFromPrivateKey, createApprover, risksToAccept, type TaskView, taskText } from '@securosys/tsb-client';

const usage = `approve list | approve <task>… | reject <task>… | batch <batch>    --url URL --key FILE --timestamp-key FILE
  --key FILE             your private key, PEM
  --timestamp-key FILE   public key of the HSM's timestamps, PEM, from whoever runs the HSM
  --attestation-key FILE public key by which the HSM attests its keys, PEM; without it, what is said of a key is the TSB's word
  --requester NAME=FILE  an application that you know, by the public key that it signs requests with
  --yes                  asks nothing, unless there is something to think about
  --accept RISK          something that you have thought about for these very tasks`;

/** Where the tool speaks and listens: a terminal, or a test. */
export interface Terminal {
  print(line: string): void;
  ask(question: string): Promise<string>;
}

const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true, default: [] as string[] } as const;
const options = {
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

/** The whole tool; returns the exit code. @throws SignError when nothing could be decided */
export async function run(args: readonly string[], io: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  const [command = 'list', ...names] = positionals;
  const { url, key, 'timestamp-key': timestampKey, accept, yes = false } = values;
  if (!url || !key || !timestampKey || !['list', 'approve', 'reject', 'batch'].includes(command)) {
    io.print(usage);
    return 2;
  }
  const requesters = values.requester.map(async (one) => {
    const at = one.indexOf('=');
    return { name: one.slice(0, at), spki: await publicKey(one.slice(at + 1)) };
  });
  const approver = createApprover({
    url,
    auth: { type: 'none' },
    key: approverKeyFromPrivateKey(createPrivateKey(await readFile(key))),
    formats: [notationJws],
    pinnedTimestampKey: await publicKey(timestampKey),
    attestationKeys: await Promise.all(values['attestation-key'].map(publicKey)),
    requesters: await Promise.all(requesters),
  });
  try {
    const tasks = await approver.tasks({ detailLevel: 'level6' });
    const wanted = ({ id, batch }: TaskView) => names.includes(command === 'batch' ? String(batch?.id) : id);
    const views = command === 'list' ? tasks : tasks.filter(wanted);
    for (const line of views.flatMap(taskText)) io.print(line);
    if (command === 'list') return 0;
    if (views.length === 0) throw new SignError('ERR_REQUEST_NOT_FOUND', 'there is no such task');
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
