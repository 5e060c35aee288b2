import type { AuditReport } from '@securosys/sign/audit';
import type { Line } from '../output/output.js';
import { headText } from './log-folder.js';

const placeText = ({ file, line }: { readonly file?: string; readonly line?: number }): string =>
  file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}: `;

function verdictLine({ verdict, records, problem, anchor }: AuditReport): Line {
  if (verdict === 'broken') {
    const what = problem ? `${problem.kind}: ${placeText(problem)}${problem.message}` : 'it does not fit';
    return { text: `broken, ${what}`, tone: 'bad' };
  }
  if (verdict === 'consistent')
    return {
      text: `consistent: ${records} records fit together, but nothing vouches for them: whoever can write the log can write all of it anew`,
      tone: 'warn',
    };
  const by = anchor?.by === 'checkpoint' ? `the checkpoint of key ${anchor.spkiSha256}` : 'the expected head';
  return { text: `anchored: ${records} records; ${by} vouches for all up to number ${anchor?.seq}`, tone: 'good' };
}

/** What there is to say about a log, for people. */
export function auditReportLines(report: AuditReport): Line[] {
  const { records, head, uncovered, unfinished, verdict } = report;
  return [
    verdictLine(report),
    ...(verdict === 'broken' ? [`  ${records} records before it hold`] : []),
    ...(head ? [`  head ${headText(head)}`] : []),
    ...(verdict === 'anchored' && uncovered > 0 ? [`  ${uncovered} records after it only fit together`] : []),
    ...(unfinished
      ? [`  ${placeText(unfinished)}${unfinished.bytes} bytes without an end: somebody is writing, or died writing`]
      : []),
  ];
}
