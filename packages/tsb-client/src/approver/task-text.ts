import { quoted } from '../policy/words.js';
import type { TaskView } from './view.js';

const rows = (texts: Readonly<Record<string, string | undefined>>): string[] =>
  Object.entries(texts).flatMap(([name, text]) => (text === undefined ? [] : [`    ${name.padEnd(22)} ${text}`]));

function proven({ facts, policyText = [], payloadSha256 }: TaskView): string[] {
  const { digest, size, mediaType, annotations = {} } = facts?.subject ?? {};
  return [
    ...rows({ what: facts?.title ?? 'nothing that can be read here', digest, size: size?.toString(), mediaType }),
    ...Object.entries(annotations).map(([name, text]) => `    annotation ${name}: ${text}`),
    ...rows({ signedAt: facts?.signedAt, expires: facts?.expiresAt, ...facts?.details, payloadSha256 }),
    ...policyText.map((line) => `    new rules: ${line}`),
  ];
}

/** What level 5 says. Only a pinned attestation key makes it more than the TSB's word. */
function reported({ keySpkiSha256, keyAttested, policyChanges }: TaskView): string[] {
  if (keySpkiSha256 === undefined) return [];
  const changes = policyChanges?.map(({ direction, text }) => `    ${direction}: ${text}`);
  return [
    `  SAID of the key, and its rules of today, by ${keyAttested ? 'the HSM' : 'the TSB alone; nothing proves it'}:`,
    ...rows({ publicKeySha256: keySpkiSha256 }),
    ...(changes?.length === 0 ? ['    the new rules change nothing'] : (changes ?? [])),
  ];
}

function claimed({ requester, claimsVerified, batch, claims, asked }: TaskView): string[] {
  const known = requester === 'unverified' ? undefined : requester.name;
  const who = known === undefined ? 'whoever asks; nothing proves it' : `${known}${claimsVerified ? '' : ' (unverified)'}`;
  return [`  CLAIMED by ${who}:`, ...rows({ batch: batch?.id }), ...rows(claims), ...rows(asked)];
}

function decided({ progress }: TaskView): string[] {
  if (!progress) return [];
  const people = (list: typeof progress.approvedBy) =>
    list.map(({ name, keySha256 }) => `${name === undefined ? '' : `${quoted(name)} `}[key ${keySha256}]`).join(', ') || 'nobody';
  return [`  DECIDED so far: ${people(progress.approvedBy)} approved, ${people(progress.rejectedBy)} rejected`];
}

/**
 * A task as a person reads it on a terminal, line by line: what the bytes prove, what somebody claims, what to think about and what makes
 * an approval impossible, apart from each other. Digests stand there whole; nothing in it rules a terminal (S11).
 */
export function taskText(view: TaskView): string[] {
  const { id, operation, certificate, keyLabel, algorithm, requestedAt, risks, mismatches } = view;
  const what = [operation, certificate && `(${certificate})`, algorithm && `by ${algorithm}`].filter(Boolean).join(' ');
  return [
    `${id}  ${what} with key '${keyLabel}'${requestedAt === undefined ? '' : `, asked ${requestedAt}`}`,
    '  PROVEN by the very bytes that an approval covers:',
    ...proven(view),
    ...reported(view),
    ...claimed(view),
    ...decided(view),
    ...risks.map((risk) => `  THINK ABOUT: ${risk}`),
    ...mismatches.map((line) => `  CANNOT BE APPROVED: ${line}`),
  ];
}
