import { invalidArgument } from './errors.js';
import type { RequestBatch } from './facts.js';

const hash = /^[0-9a-f]{64}$/;
/** More than one decision should ever cover. */
const mostMembers = 10_000;

/** Each list is read once: a batch of thousands goes through here with every one of its members. */
const read = new WeakMap<readonly string[], { readonly payloads: readonly string[]; readonly members: ReadonlySet<string> }>();

function ownPayloads(given: readonly string[]) {
  const known = read.get(given);
  if (known) return known;
  if (given.length > mostMembers) invalidArgument(`a batch has at most ${mostMembers} members`);
  const payloads = Object.freeze([...given]);
  if (!payloads.every((one) => typeof one === 'string' && hash.test(one)))
    invalidArgument('the payloads of a batch are SHA-256 hashes, 64 lower-case hex characters each');
  const own = { payloads, members: new Set(payloads) };
  read.set(given, own);
  return own;
}

/**
 * A batch as it is handed on. One that does not name the member's own payload asks people to decide about something else.
 * @param payload SHA-256 of what the member asks for, hex; absent when only a digest of it is known
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function checkedBatch(batch: RequestBatch | undefined, payload: string | undefined): RequestBatch | undefined {
  if (batch === undefined) return undefined;
  const { id } = batch;
  if (typeof id !== 'string' || !hash.test(id)) invalidArgument('the id of a batch is 64 lower-case hex characters');
  if (!Array.isArray(batch.payloads)) invalidArgument('a batch has a list of payloads');
  const { payloads, members } = ownPayloads(batch.payloads);
  if (payload !== undefined && !members.has(payload)) invalidArgument('the batch does not name what is asked for here');
  return { id, payloads };
}
