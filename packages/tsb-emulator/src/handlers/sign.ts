import { base64Bytes, base64Text } from '@securosys/core';
import { fromCharArray, type SignatureType, type SignRequestBody, signatureTypes } from '@securosys/tsb-client/api';
import { demandApproved } from '../approvals/signed-approvals.js';
import { failure } from '../failure.js';
import { defaultSignatureType, errorOfBlockedKey } from '../inferred.js';
import type { KeyRecord } from '../keys/key-record.js';
import { checkPayload, signPayload } from '../keys/sign.js';
import { wireAlgorithm } from '../keys/signature-algorithms.js';
import type { Partition } from '../partition.js';
import type { Handlers } from './call.js';
import { submit } from './submit.js';

interface PreparedSign {
  readonly key: KeyRecord;
  readonly payload: Uint8Array;
  run(key: KeyRecord): Promise<string>;
}

function readSignatureType(type: string = defaultSignatureType): SignatureType {
  const known = signatureTypes.find((name) => name === type);
  if (!known) throw failure(611, 'the emulator writes signatures as DER or RAW');
  return known;
}

/** Everything that can be refused before anybody is asked (§10.1, §10.3). */
function prepareSign(partition: Partition, request: SignRequestBody): PreparedSign {
  const key = partition.keys.unlock(request.signKeyName, fromCharArray(request.keyPassword));
  if (!key.attributes.sign) throw failure(614, 'the key may not sign');
  if (key.blocked) throw failure(errorOfBlockedKey, 'the key is blocked');
  const algorithm = wireAlgorithm(request.signatureAlgorithm, key.spec);
  const payload = base64Bytes(request.payload, 'payload');
  checkPayload(key.spec, algorithm, payload);
  const signatureType = readSignatureType(request.signatureType);
  const run = async (current: KeyRecord) => {
    current.useCount++;
    return base64Text(await signPayload(current.privateKey, current.spec, algorithm, payload, signatureType));
  };
  return { key, payload, run };
}

export const signHandlers: Pick<Handlers, 'synchronousSign' | 'sign'> = {
  async synchronousSign({ partition, body: { signRequest } }) {
    const { key, payload, run } = prepareSign(partition, signRequest);
    const call = { operation: 'use', label: key.label, payload, rule: key.rule('ruleUse') } as const;
    demandApproved(partition, call, signRequest.signedApprovals ?? []);
    return { signature: await run(key) };
  },

  async sign({ partition, body, rawBody }) {
    const { signRequest } = body;
    const { key, payload, run } = prepareSign(partition, signRequest);
    const signRequestId = await submit(partition, {
      kind: 'sign',
      key,
      payload: { kind: 'use', bytes: payload },
      body: rawBody,
      shown: {
        metaData: signRequest.metaData ?? null,
        metaDataSignature: signRequest.metaDataSignature ?? null,
        payload: signRequest.payload,
        payloadType: signRequest.payloadType ?? 'UNSPECIFIED',
        parsed: { signedSignRequest: body },
      },
      run,
    });
    return { signRequestId };
  },
};
