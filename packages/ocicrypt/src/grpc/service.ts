import type * as Grpc from '@grpc/grpc-js';
import { SignError, utf8Bytes } from '@securosys/core';
import { answerCall } from '../provider/answer-call.js';
import { errorLine } from '../provider/error-line.js';
import type { KeyProviderOperation, KeyProviderPlugin } from '../provider/key-provider.js';
import type { KeyPool } from '../provider/resident-keys.js';
import { decodeMessage, encodeMessage } from './message.js';
import { statusOf } from './status.js';

/** What every call of the service works with. */
export interface ServiceMeans {
  readonly plugin: KeyProviderPlugin;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pool: KeyPool;
}

type Call = Grpc.ServerUnaryCall<Buffer, Uint8Array>;
type Handler = Grpc.handleUnaryCall<Buffer, Uint8Array>;

async function answer(message: Buffer, operation: KeyProviderOperation, signal: AbortSignal, means: ServiceMeans) {
  const stdin = decodeMessage(message);
  try {
    return utf8Bytes(await answerCall({ stdin, env: means.env, signal, operation }, means.plugin, means.pool));
  } finally {
    // Private keys and passwords of others may stand in it.
    stdin.fill(0);
  }
}

function handler(operation: KeyProviderOperation, means: ServiceMeans): Handler {
  return (call: Call, callback) => {
    const gone = new AbortController();
    call.on('cancelled', () => gone.abort(new DOMException('the caller has gone', 'AbortError')));
    answer(call.request, operation, gone.signal, means).then(
      (bytes) => callback(null, bytes),
      (error: unknown) =>
        callback({
          code: statusOf(SignError.is(error) ? error.code : undefined),
          details: errorLine(means.plugin.name, error),
        }),
    );
  };
}

function method(name: string): Grpc.MethodDefinition<Uint8Array, Uint8Array> {
  return {
    path: `/keyprovider.KeyProviderService/${name}`,
    requestStream: false,
    responseStream: false,
    // Messages are decoded by the handlers, whose errors have a text.
    requestSerialize: (bytes) => Buffer.from(encodeMessage(bytes)),
    requestDeserialize: (bytes) => bytes,
    responseSerialize: (bytes) => Buffer.from(encodeMessage(bytes)),
    responseDeserialize: (bytes) => decodeMessage(bytes),
  };
}

/** The service of `keyprovider.proto` (`ocicrypt.md` §7.3): the JSON of the command protocol in one field of one message. */
export const keyProviderService = { WrapKey: method('WrapKey'), UnWrapKey: method('UnWrapKey') } as const;

/** Handlers of the service. */
export function serviceHandlers(means: ServiceMeans): Grpc.UntypedServiceImplementation {
  return { WrapKey: handler('keywrap', means) as Handler, UnWrapKey: handler('keyunwrap', means) as Handler };
}
