import type { TaskApprover } from './progress.js';
import type { RequestProgress } from './request-progress.js';
import type { RequestView } from './request-view.js';
import { riskWords } from './risk-words.js';
import type { TaskRisk } from './risks.js';
import { asking, claimant, personText, proven, reported, rows } from './task-text.js';
import { timeLeftText } from './time-left.js';
import type { TaskView } from './view.js';

const many = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

function heading({ id, isBatch, tasks }: RequestView): string {
  if (!isBatch) return `request ${id}`;
  return `request ${id}: ${many(tasks.length, 'task')} to decide at once`;
}

/** Lines that are the same for all of several tasks. New rules stay together: no line of them is pulled out. */
function sharedLines(lists: readonly (readonly string[])[], tasks: readonly TaskView[]): string[] {
  const [first = [], ...others] = lists;
  if (others.length === 0 || tasks.some(({ policyText }) => policyText)) return [];
  return first.filter((line) => others.every((list) => list.includes(line)));
}

/** What only says something as a whole, with its heading: that of the first when it is the same for all. */
function sharedBlock(lists: readonly (readonly string[])[], tasks: readonly TaskView[]): string[] {
  const shared = sharedLines(lists, tasks);
  return lists.every(({ length }) => length === shared.length) ? shared : [];
}

/** One task among others: only what is not the same for all. */
function member(view: TaskView, number: number, shared: ReadonlySet<string>, { claims, extra, tasks }: RequestView): string[] {
  const own = Object.fromEntries(Object.entries(view.claims).filter(([name]) => !Object.hasOwn(claims, name)));
  const claimed = rows({ ...own, ...view.asked });
  return [
    `  ${tasks.length > 1 ? `(${number}) ` : ''}${asking(view)}`,
    `      task ${view.id}${extra.includes(view.id) ? '   NOT A MEMBER of the batch as it was made' : ''}`,
    ...[...proven(view), ...reported(view)].filter((line) => !shared.has(line)),
    ...(claimed.length > 0 ? ['  CLAIMED of this one:', ...claimed] : []),
    ...view.mismatches.map((line) => `  CANNOT BE APPROVED: ${line}`),
  ];
}

const numbers = (tasks: readonly TaskView[], risk: TaskRisk): string => {
  const having = tasks.flatMap(({ risks }, at) => (risks.includes(risk) ? [at + 1] : []));
  return having.length === tasks.length ? '' : ` (${having.join(', ')})`;
};

function risksText({ tasks, risks, risksToAccept }: RequestView): string[] {
  const sentence = (risk: TaskRisk) => `${risk}${numbers(tasks, risk)}: ${riskWords[risk]}`;
  return [
    ...risksToAccept.map((risk) => `  THINK ABOUT ${sentence(risk)}`),
    ...risks.filter((risk) => !risksToAccept.includes(risk)).map((risk) => `  NOTE ${sentence(risk)}`),
  ];
}

function decided(progress: RequestProgress, of: number): string[] {
  const people = (list: readonly (TaskApprover & { readonly tasks: number })[]) =>
    list.map((one) => `${personText(one)}${one.tasks === of ? '' : ` (${one.tasks} of ${of})`}`).join(', ') || 'nobody';
  const { approvedBy, rejectedBy, notYetApprovedBy } = progress;
  return [
    `  DECIDED so far, says the TSB: ${people(approvedBy)} approved, ${people(rejectedBy)} rejected`,
    `  NOT YET decided: ${people(notYetApprovedBy)}`,
  ];
}

function timing({ window: { opensAt, closesAt } = {} }: RequestView, now: number): string[] {
  const left = closesAt === undefined ? undefined : Date.parse(closesAt) - now;
  const end = left === undefined ? [] : [`until ${closesAt}, ${left > 0 ? `${timeLeftText(left)} left` : 'which is over'}`];
  const begin = opensAt === undefined ? [] : [`nothing is executed before ${opensAt}`];
  const all = [...end, ...begin];
  return all.length === 0 ? [] : [`  APPROVALS COUNT, by the rules of today: ${all.join('; ')}`];
}

/**
 * A request as a person reads it on a terminal before deciding once: what the bytes prove, first what is the same for all tasks, then what is
 * not; what somebody claims; what to think about; who has decided. Digests stand there whole; nothing in it rules a terminal (S11).
 * @param now milliseconds since 1970, for the time that is left
 */
export function requestText(request: RequestView, now: number): string[] {
  const { tasks, claims, missing = [], extra } = request;
  const shared = sharedLines(tasks.map(proven), tasks);
  const ofKey = sharedBlock(tasks.map(reported), tasks);
  const all = new Set([...shared, ...ofKey]);
  return [
    heading(request),
    ...(tasks.length > 1 && request.isBatch
      ? [`  each task gets an approval of its own; one decision covers exactly these ${tasks.length}`]
      : []),
    ...(missing.length > 0 ? [`  ${many(missing.length, 'member')} of the batch not among them`] : []),
    ...(extra.length > 0 ? [`  ${many(extra.length, 'task')} among them that the batch was not made of`] : []),
    ...(shared.length > 0 ? ['  PROVEN of all of them by the very bytes that an approval covers:', ...shared] : []),
    ...ofKey,
    `  PROVEN ${tasks.length > 1 ? 'of each of them ' : ''}by the very bytes that an approval covers:`,
    ...tasks.flatMap((view, at) => member(view, at + 1, all, request)),
    `  CLAIMED${tasks.length > 1 ? ' of all of them' : ''} by ${claimant(request)}:`,
    ...(Object.keys(claims).length > 0 ? rows(claims) : ['    nothing']),
    ...risksText(request),
    ...(request.progress ? decided(request.progress, tasks.length) : []),
    ...timing(request, now),
  ];
}
