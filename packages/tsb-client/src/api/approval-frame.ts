import { equalBytes, SignError } from '@securosys/core';
import {
  type ChallengePayload,
  decodeHsmTimestamp,
  encodeHsmTimestamp,
  type HsmTimestamp,
  payloadElement,
  readPayload,
  unwrapTimestampSignature,
  wrapTimestampSignature,
} from './hsm-timestamp.js';
import { element, FrameReader, frame, textElement, u32Element } from './tlv.js';

/** What an approval allows. `use` is sign, decrypt, unwrap and certificates alike: the bytes do not tell them apart. */
export type ChallengeOperation = 'use' | 'block' | 'unblock' | 'modify';

/** 2 and 3 follow from the documented order only; 1 and 4 were seen. */
const operationCodes: Readonly<Record<ChallengeOperation, number>> = { use: 1, block: 2, unblock: 3, modify: 4 };
const operationNames = new Map(Object.entries(operationCodes).map(([name, code]) => [code, name as ChallengeOperation]));

/** The content of `approvalToBeSigned` (`tsb-rest-api.md` §5.4): all that an approval signature covers. */
export interface ApprovalChallenge {
  readonly operation: ChallengeOperation;
  /** Key name, with its derivation path if it has one. */
  readonly label: string;
  readonly timestamp: HsmTimestamp;
  /** Signature of the HSM's timestamp key over {@link encodeHsmTimestamp}: SHA256withECDSA, DER. */
  readonly timestampSignature: Uint8Array;
  /** Present for `use` and `modify`; the same value as in the timestamp. */
  readonly payload?: ChallengePayload;
}

const types = { operation: 0x003b, label: 0x1002, timestamp: 0x1054, signature: 0x1056 } as const;

/**
 * The bytes an approver signs, frame length included.
 * @throws SignError `ERR_LIMIT` when an element is over 65,535 bytes (a payload must stay about 100 bytes below)
 */
export function encodeApprovalChallenge(challenge: ApprovalChallenge): Uint8Array<ArrayBuffer> {
  return frame(
    u32Element(types.operation, operationCodes[challenge.operation]),
    textElement(types.label, challenge.label),
    element(types.timestamp, encodeHsmTimestamp(challenge.timestamp)),
    element(types.signature, wrapTimestampSignature(challenge.timestampSignature)),
    payloadElement(challenge.payload),
  );
}

/** Whether the payload is of the kind that the operation has: none for block and unblock. */
function fits(operation: ChallengeOperation, payload: ChallengePayload | undefined): boolean {
  if (operation === 'use' || operation === 'modify') return payload?.kind === operation;
  return payload === undefined;
}

function samePayload(a: ChallengePayload | undefined, b: ChallengePayload | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.kind === b.kind && equalBytes(a.bytes, b.bytes);
}

/**
 * Reads a challenge so strictly that only the bytes {@link encodeApprovalChallenge} makes are accepted (S13): fixed order, zero
 * padding, nothing behind, one payload that timestamp and challenge agree on and that suits the operation.
 * @throws SignError `ERR_MALFORMED`
 */
export function decodeApprovalChallenge(bytes: Uint8Array): ApprovalChallenge {
  const reader = new FrameReader(bytes, 'approval challenge');
  const operation = operationNames.get(reader.u32(types.operation)) ?? reader.fail('unknown operation');
  const label = reader.text(types.label);
  const timestamp = decodeHsmTimestamp(reader.bytes(types.timestamp));
  const timestampSignature = unwrapTimestampSignature(reader.bytes(types.signature));
  const payload = readPayload(reader);
  reader.end();
  if (!fits(operation, payload)) reader.fail('payload does not suit the operation');
  if (!samePayload(payload, timestamp.payload)) reader.fail('payload and timestamped payload differ');
  const challenge = { operation, label, timestamp, timestampSignature, ...(payload && { payload }) };
  if (!equalBytes(encodeApprovalChallenge(challenge), bytes))
    throw new SignError('ERR_MALFORMED', 'approval challenge does not encode to the same bytes again');
  return challenge;
}
