import type { CallOptions } from '@securosys/core';
import type { TsbApprovers } from './approvers.js';
import type { TsbAttestation } from './attestation.js';
import type { CallEndpoint } from './calls.js';
import { certificateCalls, type TsbCertificates } from './certificates.js';
import type { TsbBlocking, TsbModify } from './changes.js';
import { cipherCalls, type TsbCiphers } from './ciphers.js';
import type { TsbDataObjects } from './data-objects.js';
import { keyCalls, type TsbKeys } from './keys.js';
import { later } from './later.js';
import type { TsbOnboarding } from './onboarding/onboarding.js';
import type { RareCalls } from './rare-calls.js';
import { requestCalls, type TsbRequests } from './requests.js';
import { serviceCalls, type TsbService } from './service.js';
import { signCalls, type TsbSign } from './sign.js';
import type { TsbFiles, TsbHmac } from './utilities.js';
import type { TsbWrapping } from './wrapping.js';

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

const bothWays = { synchronous: true, asynchronous: true } as const;

const rareCalls = (call: CallEndpoint): RareCalls =>
  later<RareCalls>(
    {
      keys: {
        create: true,
        import: true,
        importSeed: true,
        derive: true,
        address: true,
        changePassword: true,
        export: true,
        delete: true,
      },
      wrapping: { wrap: true, unwrap: bothWays },
      block: bothWays,
      unblock: bothWays,
      modify: bothWays,
      hmac: { compute: true, verify: true },
      files: { encrypt: true, decrypt: true },
      certificates: {
        request: { ...bothWays, download: true },
        selfSign: bothWays,
        sign: bothWays,
        import: true,
        delete: true,
      },
      dataObjects: { create: true, get: true, delete: true },
      attestation: { chain: true, archive: true, of: true },
      service: { license: true, statistics: true, log: true },
      approvers: { create: true, renewOneTimeCode: true, status: true, restore: true, forgotPassword: true, delete: true },
      onboarding: { onboard: true, collect: true, open: true },
      random: true,
      timestamp: true,
    },
    async () => {
      const { rareCalls } = await import('./rare-calls.js');
      return rareCalls(call);
    },
  );

export function groupsOf(call: CallEndpoint): TsbGroups {
  const rare = rareCalls(call);
  return {
    ...rare,
    keys: { ...rare.keys, ...keyCalls(call) },
    sign: signCalls(call),
    ciphers: cipherCalls(call),
    requests: requestCalls(call),
    certificates: { ...rare.certificates, ...certificateCalls(call) },
    service: { ...rare.service, ...serviceCalls(call) },
  };
}
