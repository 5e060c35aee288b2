import { type Logger, sanitizeText } from '@securosys/core';
import { openPinFile } from './pin-file.js';
import type { PinRequest } from './pin-provider.js';
import { identityOf, type NamedSource, type SourceIdentity } from './pin-source.js';
import { pinText } from './pin-text.js';

/** A PIN and where it came from. */
export interface GivenPin {
  readonly identity: SourceIdentity;
  /** For people. */
  readonly source: string;
  readonly pin: () => string;
}

/** What is needed to ask a source. */
export interface Asking {
  readonly request: PinRequest;
  readonly finalTry: boolean;
  /** Of sources that are no file. */
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Rejects when this source has given a wrong PIN already; called before the PIN is looked at. */
  readonly check: (identity: SourceIdentity, source: string) => Promise<void>;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
}

/** A source as messages name it. */
export function shownSource(source: NamedSource): string {
  if (source.kind === 'file') return `the file ${sanitizeText(source.path, 200)}`;
  if (source.kind === 'env') return `the variable ${sanitizeText(source.name, 60)}`;
  return source.kind === 'callback' ? 'the callback' : 'the options';
}

function givenPin(identity: SourceIdentity, source: string, value: unknown): GivenPin {
  const pin = pinText(value, source);
  return { identity, source, pin: () => pin };
}

async function askFile(path: string, source: NamedSource, { check, logger }: Asking): Promise<GivenPin> {
  const shown = shownSource(source);
  const file = await openPinFile(path, logger);
  try {
    const identity = identityOf(source, file.version);
    await check(identity, shown);
    return givenPin(identity, shown, await file.read());
  } finally {
    await file.close();
  }
}

async function givenValue(source: Exclude<NamedSource, { kind: 'file' }>, asking: Asking): Promise<unknown> {
  if (source.kind === 'env') return asking.env[source.name];
  if (source.kind === 'value') return source.value();
  const { request, finalTry, signal } = asking;
  const { token, purpose, keyLabel } = request;
  return source.ask({
    tokenLabel: token.label,
    tokenSerial: token.serial,
    purpose,
    attempt: 1,
    finalTry,
    ...(keyLabel !== undefined && { keyLabel }),
    ...(signal && { signal }),
  });
}

/**
 * Asks one source for the PIN.
 * @returns `undefined` when it has none
 * @throws SignError `ERR_AUTHENTICATION` for what no PIN can be, `ERR_STORE`, and what `check` and a callback throw
 */
export async function askSource(source: NamedSource, asking: Asking): Promise<GivenPin | undefined> {
  if (source.kind === 'file') return askFile(source.path, source, asking);
  if (source.kind === 'env' && !asking.env[source.name]) return undefined;
  const identity = identityOf(source, asking.version);
  const shown = shownSource(source);
  await asking.check(identity, shown);
  const value = await givenValue(source, asking);
  return value === undefined ? undefined : givenPin(identity, shown, value);
}
