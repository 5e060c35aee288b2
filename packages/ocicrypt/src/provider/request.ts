import {
  base64Bytes,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJsonObject,
  SignError,
  utf8Bytes,
  utf8Text,
} from '@securosys/core';
import type { KeyProviderOperation } from './key-provider.js';

/** Largest request in bytes (`ocicrypt.md` §10). */
export const maxRequestBytes = 1024 * 1024;
const maxOptsdataBytes = 16 * 1024;
const maxParameters = 16;
const maxParameterLength = 512;

/** A request, without anything that is not for this provider. */
export interface KeyProviderRequest {
  readonly operation: KeyProviderOperation;
  readonly parameters: readonly string[];
  /** The private options to be wrapped, or the packet to be unwrapped. */
  readonly input: Uint8Array;
}

/** What stands for a parameter that is not there (`ocicrypt.md` §6). */
const noParameter = 'Enabled';

const malformed = (why: string): never => {
  throw new SignError('ERR_MALFORMED', `the request is malformed: ${why}`);
};

function objectOf(value: JsonValue | undefined, name: string): JsonObject {
  if (value === undefined || value === null) return {};
  return isJsonObject(value) ? value : malformed(`${name} is not an object`);
}

/**
 * The parameters of this provider. Beside them stand private keys and passwords of others, which are not looked at (`ocicrypt.md` §10).
 * The same one may stand there twice (§8.5).
 */
function ownParameters(config: JsonValue | undefined, name: string): string[] {
  const all = objectOf(objectOf(config, 'the configuration').Parameters, 'Parameters');
  const own = Object.hasOwn(all, name) ? all[name] : undefined;
  if (own === undefined || own === null) return [];
  if (!Array.isArray(own) || own.length > maxParameters)
    return malformed(`it has no list of at most ${maxParameters} parameters`);
  const texts = own.map((value) => {
    const text = typeof value === 'string' ? utf8Text(base64Bytes(value, 'parameter'), 'parameter') : '';
    return text === '' || text.length > maxParameterLength ? malformed('a parameter is not a short text') : text;
  });
  return [...new Set(texts)].filter((text) => text !== noParameter);
}

/** Go sends base64. ocicrypt-rs sends the private options as they are, and they begin with what base64 does not have. */
function optsdataOf(value: JsonValue | undefined): Uint8Array {
  if (typeof value !== 'string' || value === '') return malformed('optsdata is missing');
  const bytes = value.startsWith('{') ? utf8Bytes(value) : base64Bytes(value, 'optsdata');
  if (bytes.byteLength > maxOptsdataBytes) throw new SignError('ERR_LIMIT', `optsdata is over ${maxOptsdataBytes} bytes`);
  return bytes;
}

/**
 * Reads a request of ocicrypt (`ocicrypt.md` §7.1), of Go and of Rust callers.
 * @param name of this provider: parameters of others are left where they are
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function readRequest(bytes: Uint8Array, name: string): KeyProviderRequest {
  const request = parseJsonObject(bytes, { what: 'request', maxBytes: maxRequestBytes, maxDepth: 8, maxValues: 2_000 });
  const { op } = request;
  if (op === 'keywrap') {
    const { ec, optsdata } = objectOf(request.keywrapparams, 'keywrapparams');
    return { operation: op, parameters: ownParameters(ec, name), input: optsdataOf(optsdata) };
  }
  if (op !== 'keyunwrap') return malformed('op is neither keywrap nor keyunwrap');
  const { dc, annotation } = objectOf(request.keyunwrapparams, 'keyunwrapparams');
  if (typeof annotation !== 'string' || annotation === '') return malformed('annotation is missing');
  return { operation: op, parameters: ownParameters(dc, name), input: base64Bytes(annotation, 'annotation') };
}
