import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isJsonObject, type JsonObject, parseJson, SignError, sanitizeText } from '@securosys/core';
import { ownMark, type ProcessMark, stateOf } from './process-mark.js';

/** The right to be the one process that works on a folder. */
export interface OwnerLock {
  /** @throws SignError `ERR_STORE` when somebody took the lock away */
  check(): void;
  release(): void;
}

function refuse(message: string, cause?: unknown): never {
  throw new SignError('ERR_STORE', message, { cause });
}

const member = (record: JsonObject, name: string) => (typeof record[name] === 'string' ? record[name] : '');

function readMark(text: string): ProcessMark | undefined {
  try {
    const record = parseJson(text);
    if (!isJsonObject(record) || typeof record.pid !== 'number') return undefined;
    const [host, boot, start, namespace] = ['host', 'boot', 'start', 'namespace'].map((name) => member(record, name));
    return { pid: record.pid, host: host ?? '', boot: boot ?? '', start: start ?? '', namespace: namespace ?? '' };
  } catch {
    return undefined; // not written by us
  }
}

/** Undefined when it is not there. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return refuse('the lock of the data folder cannot be read', error);
  }
}

/** Numbers of files are used again; with the time of writing they are not. */
function identityOf(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && `${stats.ino} ${stats.mtimeNs}`;
}

/** Makes `path` a second name of `file` unless there is one. A file appears with its content or not at all. */
function claim(file: string, path: string): boolean {
  try {
    linkSync(file, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    return refuse('the lock of the data folder cannot be made', error);
  }
}

/** Takes a dead process's lock out of the way, and puts it back when it is another one by now. */
function clearAway(path: string, dead: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return; // somebody else did
    refuse('the lock of a dead process cannot be removed', error);
  }
  if (read(aside) !== dead) claim(aside, path);
  rmSync(aside, { force: true });
}

function refuseWhileOwned(path: string, text: string, own: ProcessMark): void {
  const mark = readMark(text);
  const name = sanitizeText(path);
  if (!mark) refuse(`the data folder has a lock that no emulator wrote; delete ${name} if nothing uses the folder`);
  const state = stateOf(mark, own);
  if (state === 'runs') refuse(`the data folder is in use by process ${mark.pid}`);
  if (state === 'unknown')
    refuse(`the data folder was in use on ${sanitizeText(mark.host, 80)}; delete ${name} if that emulator has ended`);
}

function writeMark(path: string, own: ProcessMark): void {
  try {
    writeFileSync(path, JSON.stringify({ notice: 'emulated TSB', ...own, nonce: randomUUID() }), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    refuse('the lock of the data folder cannot be made', error);
  }
}

/**
 * Becomes the owner of what the lock file guards. A lock that a killed process left behind is replaced: its process number, start
 * and machine tell that it has ended.
 * @throws SignError `ERR_STORE` when another process owns it, or may
 */
export function acquireOwnerLock(path: string): OwnerLock {
  const own = ownMark();
  const mine = `${path}.${randomUUID()}`;
  writeMark(mine, own);
  try {
    const id = identityOf(mine);
    for (let attempt = 0; !claim(mine, path); attempt++) {
      if (attempt > 20) refuse('the lock of the data folder changes hands all the time');
      const found = read(path);
      if (found === undefined) continue;
      refuseWhileOwned(path, found, own);
      clearAway(path, found);
    }
    const owned = () => identityOf(path) === id;
    return {
      check: () => owned() || refuse('another process took the data folder over'),
      release: () => owned() && rmSync(path, { force: true }),
    };
  } finally {
    rmSync(mine, { force: true });
  }
}
