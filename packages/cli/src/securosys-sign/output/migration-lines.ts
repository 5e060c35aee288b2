import type { MigrationEntry, MigrationReport } from '@securosys/sign';
import type { Line } from './output.js';

function entryLine({ tag, digest, status, signers, reason, signatures = {} }: MigrationEntry): Line[] {
  const good = status === 'signed' || status === 'to-sign';
  const who = signers.length > 0 ? `, by ${signers.join(', ')}` : '';
  return [
    { text: `  ${status.padEnd(14)} ${tag} ${digest ?? ''}${who}`, tone: good ? 'good' : 'bad' },
    ...(reason === undefined ? [] : [`                 ${reason}`]),
    ...Object.entries(signatures).map(([format, digests]) => `                 ${format}: ${digests.join(', ')}`),
  ];
}

/** From which tags to which signatures, for people. */
export function migrationLines({ repository, entries, requestId }: MigrationReport): Line[] {
  const count = (status: string) => entries.filter((entry) => entry.status === status).length;
  const left = entries.length - count('signed') - count('to-sign');
  const done = count('signed') > 0 || count('to-sign') === 0;
  return [
    {
      text: `${repository}: ${done ? `${count('signed')} tags signed` : `${count('to-sign')} tags to sign`}, ${left} left behind`,
      tone: left === 0 ? 'good' : 'warn',
    },
    ...(requestId === undefined ? [] : [`  request ${requestId}`]),
    ...entries.flatMap(entryLine),
  ];
}
