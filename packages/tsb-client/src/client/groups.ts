import type { CallOptions } from '@securosys/core';
import { approverCalls, type TsbApprovers } from './approvers.js';
import { attestationCalls, type TsbAttestation } from './attestation.js';
import type { CallEndpoint } from './calls.js';
import { certificateCalls, type TsbCertificates } from './certificates.js';
import { blockCalls, modifyCalls, type TsbBlocking, type TsbModify, unblockCalls } from './changes.js';
import { cipherCalls, type TsbCiphers } from './ciphers.js';
import { dataObjectCalls, type TsbDataObjects } from './data-objects.js';
import { keyCalls, type TsbKeys } from './keys.js';
import { onboardingCalls, type TsbOnboarding } from './onboarding/onboarding.js';
import { requestCalls, type TsbRequests } from './requests.js';
import { serviceCalls, type TsbService } from './service.js';
import { signCalls, type TsbSign } from './sign.js';
import { fileCalls, hmacCalls, randomCall, type TsbFiles, type TsbHmac, timestampCall } from './utilities.js';
import { type TsbWrapping, wrappingCalls } from './wrapping.js';

/** The calls of the API by what they are about. */
export interface TsbGroups {
  readonly keys: TsbKeys;
  readonly sign: TsbSign;
  readonly ciphers: TsbCiphers;
  readonly wrapping: TsbWrapping;
  /** Makes a key with a policy refuse every use until it is unblocked (§4.3). */
  readonly block: TsbBlocking;
  /** Lets a blocked key be used again (§4.3). */
  readonly unblock: TsbBlocking;
  readonly modify: TsbModify;
  readonly hmac: TsbHmac;
  readonly files: TsbFiles;
  readonly requests: TsbRequests;
  readonly certificates: TsbCertificates;
  readonly dataObjects: TsbDataObjects;
  readonly attestation: TsbAttestation;
  readonly service: TsbService;
  readonly approvers: TsbApprovers;
  readonly onboarding: TsbOnboarding;
  /**
   * Random bytes of the HSM, 1 to 1,048,576 (role keyOperation, §2.4).
   * @throws SignError `ERR_PROTOCOL` for another number of bytes
   */
  random(length: number, options?: CallOptions): Promise<Uint8Array>;
  /**
   * An RFC 3161 timestamp token (DER) over the SHA-256 of the payload (role keyOperation, §2.4). It is not verified here.
   * @throws SignError by the error table when the server has no timestamp key
   */
  timestamp(payload: Uint8Array, options?: CallOptions): Promise<Uint8Array>;
}

export function groupsOf(call: CallEndpoint): TsbGroups {
  return {
    keys: keyCalls(call),
    sign: signCalls(call),
    ciphers: cipherCalls(call),
    wrapping: wrappingCalls(call),
    block: blockCalls(call),
    unblock: unblockCalls(call),
    modify: modifyCalls(call),
    hmac: hmacCalls(call),
    files: fileCalls(call),
    requests: requestCalls(call),
    certificates: certificateCalls(call),
    dataObjects: dataObjectCalls(call),
    attestation: attestationCalls(call),
    service: serviceCalls(call),
    approvers: approverCalls(call),
    onboarding: onboardingCalls(call),
    random: randomCall(call),
    timestamp: timestampCall(call),
  };
}
