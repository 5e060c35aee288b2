import { quoted } from '../policy/words.js';
import type { TaskOperation } from './operations.js';
import type { TaskApprover } from './progress.js';
import type { TaskView } from './view.js';

/** Statements in two columns. */
export const rows = (texts: Readonly<Record<string, string | undefined>>): string[] =>
  Object.entries(texts).flatMap(([name, text]) => (text === undefined ? [] : [`    ${name.padEnd(22)} ${text}`]));

/** Operations that the challenge itself names, and no other bytes: uses of a key are all alike to it. */
const ofTheKey: Readonly<Partial<Record<TaskOperation, string>>> = {
  block: 'block the key: nobody can use it until it is unblocked',
  unblock: 'unblock the key: it can be used again',
  modify: 'give the key new rules',
};

/** What is decided on in a few words. Parts that contradict each other prove nothing. */
function whatOf({ facts, operation, mismatches }: TaskView): string {
  const named = mismatches.length === 0 ? ofTheKey[operation] : undefined;
  return facts?.title ?? named ?? 'nothing that can be read here';
}

/** What the very bytes prove that an approval covers. */
export function proven(view: TaskView): string[] {
  const { facts, policyText = [], payloadSha256 } = view;
  const { digest, size, mediaType, annotations = {} } = facts?.subject ?? {};
  return [
    ...rows({ what: whatOf(view), digest, size: size?.toString(), mediaType }),
    ...Object.entries(annotations).map(([name, text]) => `    annotation ${name}: ${text}`),
    ...rows({ signedAt: facts?.signedAt, expires: facts?.expiresAt, ...facts?.details, payloadSha256 }),
    ...policyText.map((line) => `    new rules: ${line}`),
  ];
}

/** What level 5 says. Only a pinned attestation key makes it more than the TSB's word. */
export function reported({ keySpkiSha256, keyAttested, policyChanges }: TaskView): string[] {
  if (keySpkiSha256 === undefined) return [];
  const changes = policyChanges?.map(({ direction, text }) => `    ${direction}: ${text}`);
  return [
    `  SAID of the key, and its rules of today, by ${keyAttested ? 'the HSM' : 'the TSB alone; nothing proves it'}:`,
    ...rows({ publicKeySha256: keySpkiSha256 }),
    ...(changes?.length === 0 ? ['    the new rules change nothing'] : (changes ?? [])),
  ];
}

/** Whose word claims are. */
export function claimant({ requester, claimsVerified }: Pick<TaskView, 'requester' | 'claimsVerified'>): string {
  const known = requester === 'unverified' ? undefined : requester.name;
  return known === undefined ? 'whoever asks; nothing proves it' : `${known}${claimsVerified ? '' : ' (unverified)'}`;
}

/** What is asked for, of which key, and when. */
export function asking({ operation, certificate, keyLabel, algorithm, requestedAt }: TaskView): string {
  const what = [operation, certificate && `(${certificate})`, algorithm && `by ${algorithm}`].filter(Boolean).join(' ');
  return `${what} with key '${keyLabel}'${requestedAt === undefined ? '' : `, asked ${requestedAt}`}`;
}

function claimed(view: TaskView): string[] {
  const { batch, claims, asked } = view;
  return [`  CLAIMED by ${claimant(view)}:`, ...rows({ batch: batch?.id }), ...rows(claims), ...rows(asked)];
}

/** Somebody who decides: names are what the author of the rules chose, so the whole hash of the key is beside it. */
export function personText({ name, keySha256 }: TaskApprover): string {
  return `${name === undefined ? '' : `${quoted(name)} `}[key ${keySha256}]`;
}

function decided({ progress }: TaskView): string[] {
  if (!progress) return [];
  const people = (list: typeof progress.approvedBy) => list.map(personText).join(', ') || 'nobody';
  return [`  DECIDED so far: ${people(progress.approvedBy)} approved, ${people(progress.rejectedBy)} rejected`];
}

/**
 * A task as a person reads it on a terminal, line by line: what the bytes prove, what somebody claims, what to think about and what makes
 * an approval impossible, apart from each other. Digests stand there whole; nothing in it rules a terminal (S11).
 */
export function taskText(view: TaskView): string[] {
  const { id, risks, mismatches } = view;
  return [
    `${id}  ${asking(view)}`,
    '  PROVEN by the very bytes that an approval covers:',
    ...proven(view),
    ...reported(view),
    ...claimed(view),
    ...decided(view),
    ...risks.map((risk) => `  THINK ABOUT: ${risk}`),
    ...mismatches.map((line) => `  CANNOT BE APPROVED: ${line}`),
  ];
}
