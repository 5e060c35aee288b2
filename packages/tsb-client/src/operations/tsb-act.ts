import {
  type Act,
  type CallOptions,
  type Kinship,
  type RequestPort,
  type RequestState,
  SignError,
  type SignErrorCode,
} from '@securosys/core';
import type { BackendParts } from '../backend/parts.js';
import { describedRequest } from '../backend/request-metadata.js';
import { requestState } from '../backend/request-state.js';
import { noResult, plaintextResult, type ResultReader, textResult } from '../backend/results.js';
import type { TsbGroups } from '../client/groups.js';
import { accepting, type TsbResults } from './accept.js';
import type { TsbActIdentity, TsbActKind } from './identity.js';
import type { Plan } from './plan.js';
import { sameRequest, wouldSend } from './same-request.js';

const readers: Readonly<Record<TsbActKind, ResultReader>> = {
  decrypt: plaintextResult,
  unwrap: noResult,
  block: noResult,
  unblock: noResult,
  modify: noResult,
  csr: textResult,
  'self-sign': textResult,
  'certificate-sign': textResult,
};

/** The requests of a backend, read as those of one kind. */
export function portOf({ id, client, watcher, names, cancel }: BackendParts, kind: TsbActKind): RequestPort {
  const poll = async (request: string, options: CallOptions = {}) =>
    requestState(await client.requests.get(request, options), readers[kind], names);
  const look = (request: string) => poll(request);
  return {
    id,
    poll,
    watch: (request, known, options) => watcher.watch(request, known, look, options),
    cancel: (request, options = {}) => cancel(request, options),
    async *candidates(options = {}) {
      for (const one of await client.requests.filter(undefined, options)) yield one.id;
    },
  };
}

/** What is kept of an act once its request exists: it accepts what fits the identity, here or in a later process. */
export function acceptanceOf<K extends TsbActKind>(
  parts: BackendParts,
  port: RequestPort,
  identity: TsbActIdentity & { readonly kind: K },
): Pick<Act<TsbResults[K]>, 'port' | 'identity' | 'accept' | 'secret'> {
  const { kind } = identity;
  return {
    port,
    identity,
    accept: (result, options) => accepting[kind](parts, identity, result, options),
    ...(kind === 'decrypt' && { secret: true }),
  };
}

/** Answers that are no result of ours, rather than failures of the moment. */
const foreignCodes = new Set<SignErrorCode>([
  'ERR_FACTS_MISMATCH',
  'ERR_LIMIT',
  'ERR_MALFORMED',
  'ERR_PROTOCOL',
  'ERR_SIGNATURE_MISMATCH',
]);

/** Whether an executed request is ours, by what its result is. Nothing that another request could have given as well is proof. */
async function kinOfResult(
  { identity, opens }: Plan,
  accept: Act<unknown>['accept'],
  result: Uint8Array,
  options: CallOptions,
): Promise<Kinship> {
  const { kind } = identity;
  if (kind === 'decrypt') return opens ? ((await opens(result)) ? 'ours' : 'foreign') : 'unknown';
  if (readers[kind] === noResult) return result.byteLength === 0 ? 'unknown' : 'foreign';
  try {
    await accept(result, options);
    // Somebody else may have asked for a certificate that differs in what is not compared: usage, names, validity.
    return 'unknown';
  } catch (error) {
    if (SignError.is(error) && foreignCodes.has(error.code)) return 'foreign';
    throw error;
  }
}

/** Makes an act of a plan: recorded, and found again, as the rules of its key want it. */
export async function tsbAct<K extends TsbActKind>(
  parts: BackendParts,
  port: RequestPort,
  plan: Plan<K>,
  options: CallOptions,
): Promise<Act<TsbResults[K]>> {
  const { rule, operation, payload, claims, atOnce } = plan;
  const { keyLabel: label, spkiSha256: pin } = plan.identity;
  const ref = { label, ...(pin !== undefined && { spkiSha256: pin }) };
  const key = await parts.keys.get(ref, options);
  const waits = key.waits(rule);
  const spkiSha256 = key.spkiSha256;
  const identity = { ...plan.identity, ...(spkiSha256 !== undefined && { spkiSha256 }) };
  const kept = acceptanceOf(parts, port, identity);
  const ask = async (groups: TsbGroups, later: CallOptions): Promise<string> => {
    const password = await parts.password(label, true);
    const described = {
      operation,
      keyLabel: label,
      claims,
      ...(payload && { payload }),
      ...(spkiSha256 !== undefined && { spkiSha256 }),
    };
    const extras = { ...(await describedRequest(described, parts.style)), ...(password !== undefined && { password }) };
    return plan.ask(groups, extras, { ...later, allowPasswordInRequest: password !== undefined });
  };
  const compare = async (id: string, state: RequestState, later: CallOptions): Promise<Kinship> => {
    if (state.status === 'executed') return kinOfResult(plan, kept.accept, state.result, later);
    if (state.status !== 'pending' && state.status !== 'approved') return 'foreign';
    const found = await parts.lookup?.originalOf(id, later);
    const expected = found && (await wouldSend((groups) => ask(groups, later)));
    return found && expected ? sameRequest(expected, found) : 'unknown';
  };
  return {
    ...kept,
    recorded: waits,
    windows: key.windows(rule),
    compare,
    begin: async (later) => {
      if (waits) return { pending: await ask(parts.client, later) };
      try {
        return { done: await atOnce(parts.client, await parts.password(label, false), later) };
      } catch (error) {
        // The rules may have changed since they were read; the next attempt reads them again.
        parts.keys.forget(ref);
        throw error;
      }
    },
  };
}
