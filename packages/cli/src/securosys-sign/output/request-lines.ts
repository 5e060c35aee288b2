import type { RequestItem, RequestItemStatus, SigningRequestState } from '@securosys/sign';
import type { Exit } from '../exit-codes.js';
import { approvalText, type NameOf } from './approval-text.js';
import type { Line, Tone } from './output.js';

const ends: Readonly<Record<RequestItemStatus, readonly [Exit, Tone]>> = {
  prepared: ['pending', 'warn'],
  pending: ['pending', 'warn'],
  approved: ['pending', 'warn'],
  signed: ['pending', 'good'],
  published: ['ok', 'good'],
  unknown: ['pending', 'warn'],
  rejected: ['refused', 'bad'],
  cancelled: ['refused', 'bad'],
  failed: ['refused', 'bad'],
  expired: ['expired', 'bad'],
  stale: ['expired', 'bad'],
};

/** How a command ends that says where a request stands: everything that somebody has still to do is `pending`. */
export const exitOfStatus = (status: RequestItemStatus): Exit => ends[status][0];

/** What an item is about, as people call it. */
export const subjectOf = ({ reference, tag, name, platform }: RequestItem): string =>
  [name ?? tag ?? reference, ...(platform === undefined ? [] : [platform])].join(' ');

function itemLines(item: RequestItem, nameOf: NameOf): Line[] {
  const { status, format, reference, reason, parts, facts, attached, to } = item;
  const waiting = status === 'pending' || status === 'approved' ? parts.map((part) => `      ${approvalText(part, nameOf)}`) : [];
  const against = [...new Set(parts.flatMap(({ approvals }) => approvals?.rejectedBy ?? []))];
  return [
    { text: `  ${status.padEnd(9)} ${format} ${subjectOf(item)}`, tone: ends[status][1] },
    `      ${reference}${to === undefined ? '' : ` to ${to}`}`,
    ...facts.map(({ title }) => `      ${title}`),
    ...(reason === undefined ? [] : [{ text: `      ${reason}`, tone: ends[status][1] }]),
    ...waiting,
    ...(status === 'rejected' && against.length > 0 ? [`      rejected by ${against.map(nameOf).join(', ')}`] : []),
    ...(attached ?? []).map(({ digest }) => `      attached ${digest}`),
  ];
}

/** A signing request, for people: digests are never shortened (S11). */
export function requestLines(id: string, { status, items }: SigningRequestState, nameOf: NameOf): Line[] {
  return [{ text: `request ${id}: ${status}`, tone: ends[status][1] }, ...items.flatMap((item) => itemLines(item, nameOf))];
}
