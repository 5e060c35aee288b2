import { type Claims, canonicalJson, isJsonObject, parseJson, SignError, utf8Bytes } from '@securosys/core';
import { bindingNames, type MetadataBinding } from './binding.js';
import { distinct } from './distinct.js';
import { requestType } from './request-types.js';

/** The description that travels beside a payload. Approvers do not sign it, so none of it proves anything. */
export interface RequestMetadata {
  readonly app?: string;
  /** RFC 3339. */
  readonly time?: string;
  /** Flat facts, to be compared with what the payload says. */
  readonly facts: Readonly<Record<string, string>>;
  readonly claims: Claims;
  readonly binding?: Partial<MetadataBinding>;
  /** Base64 of what a digest stands for; see `encodePreimage`. */
  readonly preimage?: string;
}

const largest = 1024 * 1024;

const prefixed = (prefix: string, map: object): [string, unknown][] =>
  Object.entries(map).map(([name, value]) => [`${prefix}${name}`, value]);

const stripped = (prefix: string, entries: readonly [string, string][]): Record<string, string> =>
  Object.fromEntries(entries.flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [])));

/**
 * Metadata as the field writes it (`tsb-rest-api.md` §6): UTF-8 JSON, a flat map of texts with sorted names. Facts, claims and
 * the binding have prefixes of their own, so that no claim can pass for a fact.
 * @throws SignError `ERR_LIMIT` over 1 MiB
 */
export function encodeMetadata(metadata: RequestMetadata): Uint8Array<ArrayBuffer> {
  const { app, time, facts, claims, binding = {}, preimage } = metadata;
  const entries = [...prefixed('fact.', facts), ...prefixed('claim.', claims), ...prefixed('binding.', binding)];
  const type = requestType(binding.operation);
  const bytes = utf8Bytes(canonicalJson({ app, time, type, preimage, ...Object.fromEntries(entries) }));
  if (bytes.byteLength > largest) throw new SignError('ERR_LIMIT', `request metadata is over ${largest} bytes`);
  return bytes;
}

const ownNames = new Set(['app', 'time', 'type', 'preimage']);

/**
 * Reads metadata of any client. Members that are not ours are claims under their own names, with a number where a claim of
 * ours has that name: `tag (2)`. A value that is no text is shown as JSON.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT` when it is not a JSON object within bounds
 */
export function decodeMetadata(bytes: Uint8Array): RequestMetadata {
  const value = parseJson(bytes, { what: 'request metadata', maxBytes: largest, maxDepth: 8, maxValues: 10_000 });
  if (!isJsonObject(value)) throw new SignError('ERR_MALFORMED', 'request metadata is not a JSON object');
  const entries = Object.entries(value).map(([name, member]): [string, string] => [
    name,
    typeof member === 'string' ? member : canonicalJson(member),
  ]);
  const byName = new Map(entries);
  const binding = stripped('binding.', entries);
  const foreign = entries.filter(([name]) => !ownNames.has(name) && !/^(?:fact|claim|binding)\./.test(name));
  const [app, time, preimage] = ['app', 'time', 'preimage'].map((name) => byName.get(name));
  return {
    ...(app !== undefined && { app }),
    ...(time !== undefined && { time }),
    ...(preimage !== undefined && { preimage }),
    facts: stripped('fact.', entries),
    claims: distinct([...Object.entries(stripped('claim.', entries)), ...foreign]),
    binding: Object.fromEntries(bindingNames.flatMap((name) => (binding[name] === undefined ? [] : [[name, binding[name]]]))),
  };
}
