import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Tells one process from every other, also from a later one that got its number. */
export interface ProcessMark {
  readonly pid: number;
  readonly host: string;
  /** Of the machine; empty where the system does not tell. */
  readonly boot: string;
  /** Ticks since then at which the process began; empty where the system does not tell. */
  readonly start: string;
  /** Numbers of processes mean something inside one namespace only (containers). */
  readonly namespace: string;
}

function told(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return ''; // not Linux
  }
}

/** Field 22 of /proc/<pid>/stat; the second one, a name in brackets, may hold spaces. */
function startOf(pid: number): string {
  return told(() => readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\)/s, '').trim().split(' ')[19] ?? '');
}

/** This process. */
export function ownMark(): ProcessMark {
  return {
    pid: process.pid,
    host: hostname(),
    boot: told(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')),
    start: startOf(process.pid),
    namespace: told(() => readlinkSync('/proc/self/ns/pid')),
  };
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Whether the process of a mark still runs; `unknown` for one of another machine or container. */
export function stateOf(mark: ProcessMark, own: ProcessMark): 'runs' | 'ended' | 'unknown' {
  if (mark.host !== own.host) return 'unknown';
  if (mark.boot !== own.boot) return 'ended';
  if (mark.namespace !== own.namespace) return 'unknown';
  if (!runs(mark.pid)) return 'ended';
  return mark.start === '' || startOf(mark.pid) === mark.start ? 'runs' : 'ended';
}
