import { invalidArgument, knownOptions } from '@securosys/core';

/** What a callback is told when it is asked for a PIN. */
export interface PinInfo {
  readonly tokenLabel: string;
  readonly tokenSerial: string;
  readonly purpose: 'login' | 'context';
  /** Label of the key, when `purpose` is `context`. */
  readonly keyLabel?: string;
  /** Always 1: an attempt that failed is not made again. */
  readonly attempt: 1;
  /** A wrong PIN now locks the token. */
  readonly finalTry: boolean;
  readonly signal?: AbortSignal;
}

/** Asked when a login is made, each time; `undefined` lets the next source be asked. Bytes are UTF-8. */
export type PinCallback = (info: PinInfo) => Promise<string | Uint8Array | undefined>;

/**
 * Where a PIN comes from: a callback, a file (absolute path, a regular file of at most 4 KiB, one line end at its end is not part of the
 * PIN), a variable of the environment, or the PIN itself, which then stays in memory. Nobody is prompted and nothing is executed.
 */
export type PinSource = string | { readonly file: string } | { readonly env: string } | PinCallback;

/** A source with its kind by name. */
export type NamedSource =
  | { readonly kind: 'callback'; readonly ask: PinCallback }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'value'; readonly value: () => string };

const order = ['callback', 'file', 'env', 'value'];

function named(source: PinSource): NamedSource {
  if (typeof source === 'function') return { kind: 'callback', ask: source };
  // Behind a function: whoever prints or copies the options of a provider finds no PIN.
  if (typeof source === 'string') return { kind: 'value', value: () => source };
  if (typeof source !== 'object' || source === null)
    return invalidArgument('pin is a PIN, { file }, { env } or a function that gives it');
  knownOptions('pin', source, ['file', 'env']);
  const { file, env } = source as { file?: unknown; env?: unknown };
  if (typeof file === 'string' && env === undefined) return { kind: 'file', path: file };
  if (typeof env === 'string' && env !== '' && file === undefined) return { kind: 'env', name: env };
  return invalidArgument('pin names either a file or a variable of the environment');
}

/**
 * Sources in the order in which they are asked: callback, file, environment, value (`pkcs11.md` §5.2).
 * @throws SignError `ERR_INVALID_ARGUMENT` for none of these, and for two of one kind
 */
export function orderedSources(sources: readonly PinSource[]): readonly NamedSource[] {
  const all = sources.map(named).sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  if (new Set(all.map(({ kind }) => kind)).size !== all.length) invalidArgument('two sources of the same kind give a PIN');
  return all;
}

/** A source and its state, as far as both may be written down: nothing here comes from the PIN. */
export interface SourceIdentity {
  /** Which source it is; a failure is looked up by it. */
  readonly name: string;
  /** Which state of it; a failure of another state does not count. */
  readonly version: string;
}

/** @param version of a file: its inode and time; of others what the caller says about them */
export function identityOf(source: NamedSource, version: string): SourceIdentity {
  const { kind } = source;
  if (kind === 'file') return { name: `file:${source.path}`, version };
  if (kind === 'env') return { name: `env:${source.name}`, version };
  return { name: kind === 'callback' ? `callback:${source.ask.name}` : kind, version };
}
