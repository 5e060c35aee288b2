import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { ownBytes, SignError } from '@securosys/core';
import {
  type ChallengeOperation,
  type ChallengePayload,
  encodeApprovalChallenge,
  encodeHsmTimestamp,
  type HsmTimestamp,
} from '@securosys/tsb-client/api';
import { failure } from '../failure.js';
import { maxChallengedPayload } from '../inferred.js';

/** The bytes of one challenge (`tsb-rest-api.md` §5.4). */
export interface Challenge {
  /** What each approver signs, frame length included. */
  readonly approvalToBeSigned: Uint8Array;
  /** The HSM timestamp inside it, its own frame length included. */
  readonly timestamp: Uint8Array;
  /** DER. */
  readonly timestampSignature: Uint8Array;
}

/** Name by which challenges call the key. */
const keyName = 'emulated-timestamp-key';

/** The partition's timestamp key: secp256k1, SHA256withECDSA (§10.6). Fresh for each partition. */
export class TimestampKey {
  readonly #key: KeyObject;

  /** @param keep gives the key back after a restart; without it the key is fresh */
  constructor(keep: (make: () => KeyObject) => KeyObject = (make) => make()) {
    this.#key = keep(() => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey);
  }

  get publicKey(): KeyObject {
    return createPublicKey(this.#key);
  }

  /**
   * The challenge that approvers of one operation sign.
   * @param seconds since 1970
   * @throws SignError with the TSB error 612 when the payload is too long for a challenge
   */
  challenge(operation: ChallengeOperation, label: string, seconds: number, payload?: ChallengePayload): Challenge {
    const stamp: HsmTimestamp = { seconds, keyName, ...(payload && { payload }) };
    try {
      const timestamp = encodeHsmTimestamp(stamp);
      const timestampSignature = ownBytes(sign('sha256', timestamp, this.#key));
      const approvalToBeSigned = encodeApprovalChallenge({
        operation,
        label,
        timestamp: stamp,
        timestampSignature,
        ...(payload && { payload }),
      });
      return { approvalToBeSigned, timestamp, timestampSignature };
    } catch (error) {
      if (SignError.is(error, 'ERR_LIMIT'))
        throw failure(612, `a challenge holds less than ${maxChallengedPayload} bytes of payload`);
      throw error;
    }
  }

  /** Whether this key made the timestamp. */
  made(timestamp: HsmTimestamp, signature: Uint8Array): boolean {
    try {
      return timestamp.keyName === keyName && verify('sha256', encodeHsmTimestamp(timestamp), this.publicKey, signature);
    } catch {
      return false; // a signature that OpenSSL cannot parse
    }
  }
}
