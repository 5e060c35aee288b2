import { base64Bytes, base64Text } from '@securosys/core';
import { fromCharArray, type SynchronousUnwrapRequestBody, type WrapRequestBody } from '@securosys/tsb-client/api';
import { wrapMethod, wrapWith } from '../crypto/wrap-method.js';
import { failure } from '../failure.js';
import { errorOfTakenUnwrapLabel } from '../inferred.js';
import { demandRight } from '../keys/key-attributes.js';
import { specFacts } from '../keys/key-specs.js';
import { readPolicy } from '../keys/new-key.js';
import { wrappedForm } from '../keys/wrap-format.js';
import type { Partition } from '../partition.js';
import type { Handlers } from './call.js';
import { openedForPublicUse } from './ciphers.js';
import { type Operation, runNow, submit } from './operate.js';

function wrap(partition: Partition, request: WrapRequestBody): Uint8Array {
  const inner = partition.keys.unlock(request.keyToBeWrapped, fromCharArray(request.keyToBeWrappedPassword));
  const outer = openedForPublicUse(partition, request.wrapKeyName, request.wrapKeyPassword);
  demandRight(outer, 'wrap');
  const method = wrapMethod(request.wrapMethod, outer);
  if (!inner.attributes.extractable) throw failure(614, 'only extractable keys can be wrapped');
  if (specFacts(inner.spec).family !== method.family)
    throw failure(607, `${request.wrapMethod} does not wrap keys of type ${inner.spec}`);
  return wrapWith(outer, method, wrappedForm(inner));
}

const unwrapping = (
  partition: Partition,
  request: Omit<SynchronousUnwrapRequestBody, 'signedApprovals'>,
): Operation<'unwrap'> => ({
  kind: 'unwrap',
  keyName: request.unwrapKeyName,
  keyPassword: request.unwrapKeyPassword,
  prepare(key) {
    const { label, attributes, wrapMethod: method } = request;
    const policy = readPolicy(request.policy, partition.approvers);
    wrapMethod(method, key);
    if (partition.keys.has(label)) throw failure(errorOfTakenUnwrapLabel, 'Error unwrapping key');
    partition.keys.refuseTaken(label);
    const wrapped = base64Bytes(request.wrappedKey, 'wrappedKey');
    return { payload: wrapped, input: { wrapped, method, label, attributes, policy } };
  },
});

export const wrappingHandlers: Pick<Handlers, 'wrap' | 'synchronousUnwrap' | 'unwrap'> = {
  wrap: ({ partition, body }) => ({ wrappedKey: base64Text(wrap(partition, body.wrapKeyRequest)) }),

  async synchronousUnwrap(call) {
    const { unwrapKeyRequest } = call.body;
    await runNow(call, unwrapping(call.partition, unwrapKeyRequest), unwrapKeyRequest.signedApprovals);
    return undefined;
  },

  async unwrap(call) {
    const { unwrapKeyRequest } = call.body;
    return { unwrapRequestId: await submit(call, unwrapping(call.partition, unwrapKeyRequest), unwrapKeyRequest) };
  },
};
