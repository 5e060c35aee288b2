import { nodeCrypto, nodeFiles, sha256Hex, utf8Bytes } from '@securosys/core';
import { absent } from './folder.js';

/** `.lock-<process>-<its start>-<machine>-<this attempt>`: all that is known of an owner is in the name, so that it is never half written. */
const lockPattern = /^\.lock-(\d{1,10})-(\d{1,20})-([0-9a-f]{16})-[0-9a-f]{24}$/;

const readText = (path: string): Promise<string> => nodeFiles().readFile(path, 'latin1').catch(nothing);
/** Other systems have no such file; a process may have ended since. */
function nothing(): string {
  return '';
}

let machine: Promise<string> | undefined;
/** What must be the same for a process number to mean the same process: this start of the machine, this namespace. */
function thisMachine(): Promise<string> {
  machine ??= (async () => {
    const boot = await readText('/proc/sys/kernel/random/boot_id');
    const namespace = await nodeFiles().readlink('/proc/self/ns/pid').catch(nothing);
    return sha256Hex(utf8Bytes(`${process.platform}\n${boot}\n${namespace}`)).slice(0, 16);
  })();
  return machine;
}

/** When a process started, in ticks since the machine did; 0 where nobody tells. */
async function startOf(pid: number): Promise<string> {
  const stat = await readText(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything; the 20th field behind it is the start (proc(5)).
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
}

let ours: Promise<string> | undefined;
/** A new name for a lock of this process. */
export async function lockName(): Promise<string> {
  ours ??= (async () => `.lock-${process.pid}-${(await startOf(process.pid)) || '0'}-${await thisMachine()}`)();
  return `${await ours}-${nodeCrypto().randomBytes(12).toString('hex')}`;
}

export const isLock = (name: string): boolean => lockPattern.test(name);

/** A lock of a process that cannot be asked is given up at this age: a batch takes milliseconds. */
const silentMs = 60_000;

/** Whether the owner of a lock is gone for good. */
export async function isDead(path: string, name: string): Promise<boolean> {
  const [, pid = '', start, where] = lockPattern.exec(name) ?? [];
  if (where !== (await thisMachine())) {
    const stats = await nodeFiles().lstat(path).catch(absent);
    // File times are the machine's own, whatever clock was handed in.
    return stats !== undefined && Math.abs(Date.now() - stats.mtimeMs) > silentMs;
  }
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
  // The number may have been given to another process since, this one for example: in a container they are the same at every start.
  const now = await startOf(Number(pid));
  return now !== '' && start !== '0' && now !== start;
}
