import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Result, rounded } from '../../figure.js';

const most = { callsPerSecond: 1, bytes: 4096 };

/** What `watched.ts` measures, in a process of its own that can collect its garbage. */
interface Watched {
  readonly count: number;
  readonly callsPerSecond: number;
  readonly heapBytes: number;
  readonly totalBytes: number;
  readonly mostInFlight: number;
  readonly fetchedPerRequest: number;
}

/** Ten thousand pending requests watched at once: how often the broker is called, and what each costs in memory. */
export async function* watch(note: (text: string) => void): AsyncIterable<Result> {
  const program = fileURLToPath(new URL('watched.ts', import.meta.url));
  const flags = ['--expose-gc', ...process.execArgv];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program], { maxBuffer: 1 << 20 });
  const watched: Watched = JSON.parse(stdout);
  const { count, callsPerSecond, heapBytes, totalBytes, mostInFlight, fetchedPerRequest } = watched;
  note(
    `${count} requests; with the memory outside the heap ${rounded(totalBytes)} B each; when all of them ended, ` +
      `${rounded(fetchedPerRequest)} calls each, at most ${mostInFlight} at a time`,
  );
  const figure = (name: string, ours: number) => ({
    bench: 'tsb',
    figure: `${name}, ${count} watched`,
    ours: rounded(ours),
    peer: 'none',
    theirs: null,
    ratio: null,
  });
  yield {
    figure: figure('calls a second', callsPerSecond),
    unit: '1/s',
    goal: { text: `at most ${most.callsPerSecond}`, met: callsPerSecond <= most.callsPerSecond },
  };
  yield {
    figure: figure('heap for each', heapBytes),
    unit: 'B',
    goal: { text: `less than ${most.bytes}`, met: heapBytes < most.bytes },
  };
}
