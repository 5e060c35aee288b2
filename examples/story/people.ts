import {
  approverFormats,
  approverKeyFromPrivateKey,
  createApprover,
  type Requester,
  requestText,
} from '@securosys/sign/approver';
import type { ApproverKeyPair } from '@securosys/tsb-emulator';

/** What all approvers know, from outside: where the TSB is, the keys of its HSM, and the applications that may ask. */
export interface Known {
  readonly url: string;
  readonly pinnedTimestampKey: Uint8Array;
  readonly attestationKeys: readonly Uint8Array[];
  readonly requesters: readonly Requester[];
}

/** One person looks at the one open request and decides over it, once. */
export async function decide(person: ApproverKeyPair, known: Known): Promise<{ shown: string[]; approved: number }> {
  const key = approverKeyFromPrivateKey(person.privateKey);
  const auth = { type: 'none' } as const;
  const approver = createApprover({ ...known, auth, key, formats: approverFormats, requireKnownRequester: true });
  try {
    const [request, ...others] = await approver.requests();
    if (!request || others.length > 0) throw new Error('there should be one request');
    const shown = requestText(request, Date.now());
    const { outcomes, newcomers } = await approver.decide(request, 'approve');
    const failed = outcomes.find(({ outcome }) => outcome !== 'approved');
    if (failed || newcomers.length > 0) throw new Error('the whole request should be approved');
    return { shown, approved: outcomes.length };
  } finally {
    await approver.close();
  }
}

/** Of a request in words, the whole but for the tasks after the first ones, of which one line each is left. */
export function firstOnes(shown: readonly string[], tasks: number): string[] {
  const isHead = (line: string) => /^ {2}\(\d+\) /.test(line);
  const heads = shown.flatMap((line, at) => (isHead(line) ? [at] : []));
  const from = heads[tasks] ?? shown.length;
  const to = shown.findIndex((line, at) => at > from && line.startsWith('  CLAIMED of all'));
  const left = shown.slice(from, to).flatMap((line) => (/^ {4}what /.test(line) ? [`  … ${line.trim()}`] : []));
  return [...shown.slice(0, from), ...left, ...shown.slice(to)];
}
