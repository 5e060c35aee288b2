import assert from 'node:assert/strict';
import * as grpc from '@grpc/grpc-js';
import { utf8Bytes } from '@securosys/core';
import type { Scope } from '../../lib/scope.js';

/** The messages have one field, number 1, with bytes (`ocicrypt.md` §7.3). Shorter than 128 or 16,384 bytes here. */
function written(json: string): Buffer {
  const bytes = utf8Bytes(json);
  const length = bytes.byteLength;
  return Buffer.concat([Buffer.from(length < 0x80 ? [0x0a, length] : [0x0a, (length & 0x7f) | 0x80, length >> 7]), bytes]);
}

function read(message: Buffer): string {
  assert.equal(message[0], 0x0a);
  return message.subarray((message[1] as number) < 0x80 ? 2 : 3).toString();
}

/** A client that knows nothing but the names of the service. */
export function grpcCaller(scope: Scope, target: string, credentials: grpc.ChannelCredentials) {
  // TLS has no server names that are addresses.
  const client = new grpc.Client(target.replace('127.0.0.1', 'localhost'), credentials);
  scope.defer(() => client.close());
  return (method: 'WrapKey' | 'UnWrapKey', request: object) =>
    new Promise<Record<string, Record<string, string>>>((resolve, reject) => {
      client.makeUnaryRequest(
        `/keyprovider.KeyProviderService/${method}`,
        written,
        read,
        JSON.stringify(request),
        { deadline: Date.now() + 20_000 },
        (error, answer) => (error ? reject(error) : resolve(JSON.parse(answer as string))),
      );
    });
}
