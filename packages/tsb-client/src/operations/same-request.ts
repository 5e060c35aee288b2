import { canonicalJson, isJsonObject, type JsonObject, type JsonValue, type Kinship } from '@securosys/core';
import { requestKinds } from '../approver/operations.js';
import type { CallEndpoint } from '../client/calls.js';
import { groupsOf, type TsbGroups } from '../client/groups.js';
import type { OriginalRequest } from './request-lookup.js';

/** Differ from one attempt to the next, or are left out by servers. */
const isIncidental = (name: string): boolean => name === 'metaData' || name === 'metaDataSignature' || /password$/i.test(name);

const same = (a: JsonValue | undefined, b: JsonValue | undefined): boolean =>
  canonicalJson(a ?? null) === canonicalJson(b ?? null);

/**
 * Whether a request that people decide on is one that we would have sent: the same kind, key, algorithm and payload, and everything
 * else alike. One that differs in something else is nobody's to adopt, and nobody's to do again.
 */
export function sameRequest(expected: OriginalRequest, found: OriginalRequest): Kinship {
  const kind = requestKinds.find(({ wrapper }) => wrapper === expected.wrapper);
  if (!kind || found.wrapper !== expected.wrapper) return 'foreign';
  const names = new Set([...Object.keys(expected.body), ...Object.keys(found.body)]);
  const differing = [...names].filter((name) => !isIncidental(name) && !same(expected.body[name], found.body[name]));
  if (differing.length === 0) return 'ours';
  const essential = [kind.key, kind.payload, 'signatureAlgorithm', 'cipherAlgorithm', 'label'];
  return differing.some((name) => essential.includes(name)) ? 'foreign' : 'unknown';
}

/** Thrown instead of sending. */
class NotSent extends Error {}

/** The request that a call would send, without sending it. */
export async function wouldSend(send: (groups: TsbGroups) => Promise<unknown>): Promise<OriginalRequest | undefined> {
  let body: object | undefined;
  const call: CallEndpoint = async (_, given) => {
    body = given as object;
    throw new NotSent();
  };
  try {
    await send(groupsOf(call));
  } catch (error) {
    if (!(error instanceof NotSent)) throw error;
  }
  return body && originalOfBody(body);
}

/** The one object inside a body that was about to be sent. */
function originalOfBody(body: object): OriginalRequest | undefined {
  // As it would arrive: members without a value are not sent.
  const sent = Object.entries(body).find(([name]) => requestKinds.some(({ wrapper }) => wrapper === name));
  if (!sent) return undefined;
  const [wrapper, inner] = sent;
  const plain = plainJson(inner);
  return isJsonObject(plain) ? { wrapper, body: plain as JsonObject } : undefined;
}

function plainJson(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(plainJson);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [[name, plainJson(member)] as const])),
    );
  return value as JsonValue;
}
