import { join } from 'node:path';
import { hexText, nodeCrypto, nodeFiles, parseJsonObject, SignError, sanitizeText, sha256Hex, utf8Bytes } from '@securosys/core';
import type { TokenInfo } from '../token/token-calls.js';
import type { SourceIdentity } from './pin-source.js';
import { readRecord } from './read-record.js';
import { absent, makeStateFolder } from './state-folder.js';

/** A token by what stays the same when it is plugged in elsewhere. */
export type TokenName = Pick<TokenInfo, 'serial' | 'label'>;

/** What is remembered of a PIN that failed. */
export interface PinFailure {
  /** State of the source that gave it. */
  readonly version: string;
  /** Name of the return value. */
  readonly ckr: string;
}

/** Failures of PINs by token and source; for nothing here the PIN has to be known (S41). */
export interface PinFailures {
  /** Whether this source, as it is now, has given a PIN that failed. */
  find(token: TokenName, source: SourceIdentity): Promise<PinFailure | undefined>;
  remember(token: TokenName, source: SourceIdentity, ckr: string): Promise<void>;
  /** Of one source after a login, or of all of them when somebody says so. */
  forget(token: TokenName, source?: SourceIdentity): Promise<void>;
  /** What a person removes to have the PIN tried again. */
  place(token: TokenName, source: SourceIdentity): string | undefined;
  /** Where all processes of this user look; absent when it is this process only. */
  readonly folder?: string;
}

const registry = Symbol.for('@securosys/pkcs11/pin-failures/1');

/**
 * Failures of one source that are remembered, the newest first: a file that is put back, or a version that is named again, is as wrong as
 * it was. A token is locked long before there are so many.
 */
const maxFailures = 64;

function withFailure(known: readonly PinFailure[], failure: PinFailure): PinFailure[] {
  return [failure, ...known.filter(({ version }) => version !== failure.version)].slice(0, maxFailures);
}

/** One for the process, whatever number of copies of this package it has. */
function shared(): Map<string, readonly PinFailure[]> {
  const holder = globalThis as { [registry]?: Map<string, readonly PinFailure[]> };
  holder[registry] ??= new Map();
  return holder[registry];
}

const short = (...parts: readonly string[]): string => sha256Hex(utf8Bytes(JSON.stringify(parts))).slice(0, 32);
const tokenPart = ({ serial, label }: TokenName): string => short(serial, label);

/** Name of what is remembered about a token and a source: two hashes, neither of anything secret. */
export const failureName = (token: TokenName, { name }: SourceIdentity): string => `${tokenPart(token)}-${short(name)}`;

/** Failures of this process. */
export function failuresInMemory(): PinFailures {
  const failures = shared();
  return {
    find: async (token, source) => failures.get(failureName(token, source))?.find(({ version }) => version === source.version),
    remember: async (token, source, ckr) => {
      const name = failureName(token, source);
      failures.set(name, withFailure(failures.get(name) ?? [], { version: source.version, ckr }));
    },
    forget: async (token, source) => {
      if (source) failures.delete(failureName(token, source));
      else for (const name of failures.keys()) if (name.startsWith(`${tokenPart(token)}-`)) failures.delete(name);
    },
    place: () => undefined,
  };
}

async function readFailures(path: string): Promise<readonly PinFailure[]> {
  const bytes = await readRecord(path);
  if (!bytes) return [];
  const { version, ckr, before = [] } = parseJsonObject(bytes, { what: 'the record of a failed PIN' });
  return [{ version, ckr }, ...(Array.isArray(before) ? before : [undefined])].map((each: unknown) => {
    const { version, ckr } = (each ?? {}) as { version?: unknown; ckr?: unknown };
    if (typeof version !== 'string' || typeof ckr !== 'string')
      throw new SignError('ERR_STORE', `this is no record of a failed PIN: ${sanitizeText(path, 400)}`);
    return { version, ckr: sanitizeText(ckr, 60) };
  });
}

/** Failures of all processes of this user, a file for each; those that could not be written are remembered in this process. */
export function failuresInFolder(folder: string): PinFailures {
  const memory = failuresInMemory();
  const place = (token: TokenName, source: SourceIdentity): string => join(folder, `${failureName(token, source)}.json`);
  return {
    folder,
    place,
    find: async (token, source) => {
      const known = await readFailures(place(token, source));
      return known.find(({ version }) => version === source.version) ?? memory.find(token, source);
    },
    remember: async (token, source, ckr) => {
      const { serial, label } = token;
      const fresh = join(folder, `.${hexText(nodeCrypto().randomBytes(12))}.tmp`);
      try {
        await makeStateFolder(folder);
        const known = await readFailures(place(token, source));
        const [last, ...before] = withFailure(known, { version: source.version, ckr });
        const record = { serial, label, source: source.name, ...last, ...(before.length > 0 && { before }) };
        await nodeFiles().writeFile(fresh, `${JSON.stringify(record, undefined, 2)}\n`, { flag: 'wx', mode: 0o600 });
        await nodeFiles().rename(fresh, place(token, source));
      } catch {
        // What matters to the caller is that the PIN was wrong.
        await memory.remember(token, source, ckr);
      }
    },
    forget: async (token, source) => {
      await memory.forget(token, source);
      if (source) return void (await nodeFiles().unlink(place(token, source)).catch(absent));
      const names = (await nodeFiles().readdir(folder).catch(absent)) ?? [];
      for (const name of names)
        if (name.endsWith('.json') && name.startsWith(`${tokenPart(token)}-`))
          await nodeFiles().unlink(join(folder, name)).catch(absent);
    },
  };
}
