import { base64Bytes, isJsonObject, type JsonObject, type JsonValue, parseJsonObject, SignError } from '@securosys/core';
import { type CosignKmsMethod, isKmsMethod, kmsProtocolVersion } from './contract.js';

/** Longest argument: what Linux lets a process have for one. */
const maxArgumentBytes = 128 * 1024;
const maxKeyIdLength = 1_024;

/** What one process is asked for (`cosign.md` §11.2), without what no method here needs. */
export interface KmsCall {
  readonly method: CosignKmsMethod;
  /** What stands behind `<name>://`, as the user typed it. */
  readonly keyResourceId: string;
  /** Number that Go has for the hash (§11.2). */
  readonly hashFunc: number;
  /** Milliseconds since 1970: cosign uses no answer after it. */
  readonly deadline?: number;
  /** Hash of the message, as cosign reckons it. */
  readonly digest?: Uint8Array;
  /** Hash that the digest was made with, where that is said. */
  readonly digestHashFunc?: number;
  /** What `verifySignature` has to look at. */
  readonly signature?: Uint8Array;
  /** What `createKey` has to make. */
  readonly algorithm?: string;
}

const malformed = (why: string): never => {
  throw new SignError('ERR_MALFORMED', `this is no call of cosign's KMS plugin protocol: ${why}`);
};

/** Missing, `null` and empty are the same (§11.2). */
const absent = (value: JsonValue | undefined): value is undefined | null | '' =>
  value === undefined || value === null || value === '';

const objectOf = (value: JsonValue | undefined, what: string): JsonObject =>
  absent(value) ? {} : isJsonObject(value) ? value : malformed(`${what} is not an object`);

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

function timeOf(value: JsonValue | undefined): number[] {
  if (absent(value)) return [];
  const time = typeof value === 'string' && rfc3339.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? malformed('ctxDeadline is no time') : [time];
}

function hashFuncOf(value: JsonValue | undefined): number | undefined {
  if (absent(value) || value === 0) return undefined;
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : malformed('hashFunc is no number');
}

const bytesOf = (value: JsonValue | undefined, what: string): Uint8Array | undefined =>
  absent(value) ? undefined : typeof value === 'string' ? base64Bytes(value, what) : malformed(`${what} is not base64`);

/** There is one version of a key, and no other is quietly used in place of the one that was asked for. */
function checkVersion({ keyVersion }: JsonObject): void {
  if (!absent(keyVersion))
    throw new SignError('ERR_CAPABILITY_MISSING', 'keys have no versions here: keyVersion has to be empty');
}

/** Options of the method itself: `signOptions`, `verifyOptions` or `publicKeyOptions`. */
const optionNames: Partial<Record<CosignKmsMethod, string>> = {
  publicKey: 'publicKeyOptions',
  signMessage: 'signOptions',
  verifySignature: 'verifyOptions',
};

/**
 * Reads the arguments of the process. A member twice is refused; members that are not known are ignored, as other versions of the
 * protocol may have them.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`, `ERR_CAPABILITY_MISSING`
 */
export function readKmsCall(argv: readonly string[]): KmsCall {
  const [version, json = ''] = argv;
  if (argv.length !== 2) return malformed(`its arguments are ${kmsProtocolVersion} and a JSON document`);
  if (version !== kmsProtocolVersion) return malformed(`version ${kmsProtocolVersion} is spoken here, and no other`);
  const call = parseJsonObject(json, { what: 'the JSON argument', maxBytes: maxArgumentBytes, maxDepth: 8, maxValues: 200 });
  const { methodName: method } = call;
  if (!isKmsMethod(method)) return malformed('methodName is none that is known');
  const init = objectOf(call.initOptions, 'initOptions');
  const { keyResourceID: keyResourceId } = init;
  if (init.protocolVersion !== kmsProtocolVersion) return malformed(`protocolVersion is not ${kmsProtocolVersion}`);
  if (typeof keyResourceId !== 'string' || keyResourceId === '' || keyResourceId.length > maxKeyIdLength)
    return malformed(`keyResourceID is not a text of 1 to ${maxKeyIdLength} characters`);
  const own = objectOf(call[method], method);
  const options = objectOf(own[optionNames[method] ?? ''], 'options');
  const rpc = [objectOf(init.rpcOptions, 'rpcOptions'), objectOf(options.rpcOptions, 'rpcOptions')];
  rpc.forEach(checkVersion);
  const deadlines = [init, own, ...rpc].flatMap(({ ctxDeadline }) => timeOf(ctxDeadline));
  const message = objectOf(options.messageOptions, 'messageOptions');
  const digest = bytesOf(message.digest, 'digest');
  const digestHashFunc = hashFuncOf(message.hashFunc);
  const signature = bytesOf(own.signature, 'signature');
  const { algorithm } = own;
  return {
    method,
    keyResourceId,
    hashFunc: hashFuncOf(init.hashFunc) ?? 0,
    ...(deadlines.length > 0 && { deadline: Math.min(...deadlines) }),
    ...(digest && { digest }),
    ...(digestHashFunc !== undefined && { digestHashFunc }),
    ...(signature && { signature }),
    ...(typeof algorithm === 'string' && { algorithm }),
  };
}
