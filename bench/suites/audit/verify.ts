import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openAuditLog } from '@securosys/sign/audit';
import { type Result, rounded } from '../../figure.js';
import { sampleEntry } from './entry.js';

const execute = promisify(execFile);
const cwd = fileURLToPath(new URL('../..', import.meta.url));
/** The smaller one is long enough for the collector to have given young objects all the room that it ever gives them. */
const sizes = [400_000, 1_000_000] as const;
/** What a longer log may take more of: the collector has its moods. */
const slackMegabytes = 24;

/** A process of its own with nothing but the verifier. */
const program = `
import { verifyAuditLog } from '@securosys/sign/audit';
const [folder, log, seq, hash] = process.argv.slice(1);
const start = performance.now();
const { verdict, records, uncovered } = await verifyAuditLog(folder, { expectedHead: { log, seq: Number(seq), hash } });
console.log(JSON.stringify({ verdict, records, uncovered, ms: performance.now() - start, megabytes: process.resourceUsage().maxRSS / 1024 }));
`;

interface Answer {
  readonly verdict: string;
  readonly records: number;
  readonly uncovered: number;
  readonly ms: number;
  readonly megabytes: number;
}

async function verified(folder: string, records: number): Promise<Answer> {
  const log = openAuditLog({ folder });
  for (let i = 0; i < records; ) {
    const some = Math.min(4096, records - i);
    await Promise.all(Array.from({ length: some }, () => log.append(sampleEntry(i++))));
  }
  const head = await log.head();
  await log.close();
  if (!head) throw new Error('the log has no head');
  const args = ['--input-type=module', '-e', program, folder, head.log, String(head.seq), head.hash];
  const { stdout } = await execute(process.execPath, args, { cwd, env: { PATH: process.env.PATH } });
  const answer = JSON.parse(stdout) as Answer;
  if (answer.verdict !== 'anchored' || answer.records !== head.seq + 1 || answer.uncovered !== 0)
    throw new Error(`the log was judged wrongly: ${stdout}`);
  return answer;
}

/** How fast a log is verified, and in how much memory. */
export async function* verifyFigures(folder: string, note: (text: string) => void): AsyncIterable<Result> {
  const [small, large] = [await verified(join(folder, 'small'), sizes[0]), await verified(join(folder, 'large'), sizes[1])];
  const rate = ({ records, ms }: Answer) => rounded((records / ms) * 1000);
  const peer = `${sizes[0]} records`;
  yield {
    figure: { bench: 'audit', figure: `verify ${sizes[1]}`, ours: rate(large), peer, theirs: rate(small), ratio: null },
    unit: '/s',
  };
  const [ours, theirs] = [rounded(large.megabytes), rounded(small.megabytes)];
  const goal = { text: `≤ ${slackMegabytes} MB more than for ${sizes[0]}`, met: ours <= theirs + slackMegabytes };
  yield { figure: { bench: 'audit', figure: 'verify, resident', ours, peer, theirs, ratio: null }, unit: 'MB', goal };
  note(`${sizes[1]} records were verified in ${rounded(large.ms / 1000)} s`);
}
