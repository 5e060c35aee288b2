import { base64Bytes } from '@securosys/core';
import { type SignatureType, type SignRequestBody, signatureTypes } from '@securosys/tsb-client/api';
import { failure } from '../failure.js';
import { defaultSignatureType } from '../inferred.js';
import { checkPayload } from '../keys/sign.js';
import { wireAlgorithm } from '../keys/signature-algorithms.js';
import type { Handlers } from './call.js';
import { type Operation, runNow, submit } from './operate.js';

function readSignatureType(type: string = defaultSignatureType): SignatureType {
  const known = signatureTypes.find((name) => name === type);
  if (!known) throw failure(611, 'the emulator writes signatures as DER or RAW');
  return known;
}

const signing = (request: SignRequestBody): Operation<'sign'> => ({
  kind: 'sign',
  keyName: request.signKeyName,
  keyPassword: request.keyPassword,
  prepare(key) {
    const algorithm = wireAlgorithm(request.signatureAlgorithm, key.spec);
    const payload = base64Bytes(request.payload, 'payload');
    const context = request.context === undefined ? undefined : base64Bytes(request.context, 'context');
    checkPayload(key.spec, algorithm, payload, context);
    const signatureType = readSignatureType(request.signatureType);
    return { payload, input: { payload, algorithm: request.signatureAlgorithm, signatureType, context } };
  },
});

export const signHandlers: Pick<Handlers, 'synchronousSign' | 'sign'> = {
  async synchronousSign(call) {
    const { signRequest } = call.body;
    if (signRequest.signKeyObject !== undefined) throw failure(101, 'the emulator has no external key store');
    const signature = await runNow(call, signing(signRequest), signRequest.signedApprovals);
    return { signature: signature ?? '' };
  },

  async sign(call) {
    const { signRequest } = call.body;
    return { signRequestId: await submit(call, signing(signRequest), signRequest) };
  },
};
