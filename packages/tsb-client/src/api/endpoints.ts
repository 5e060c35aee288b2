import { approvalEndpoints } from './endpoints-approval.js';
import { cipherEndpoints } from './endpoints-ciphers.js';
import { keyEndpoints } from './endpoints-keys.js';
import { knownKeyEndpoints } from './endpoints-known-keys.js';
import { requestEndpoints } from './endpoints-requests.js';
import { serviceEndpoints } from './endpoints-service.js';
import { signEndpoints } from './endpoints-sign.js';
import { storedCertificateEndpoints } from './endpoints-stored-certificates.js';
import { useEndpoints } from './endpoints-use.js';

export type { Endpoint, EndpointEffect } from './endpoint.js';
export { verifyHmacByVerify } from './endpoints-use.js';

/** Every endpoint of this contract, by the name clients and the emulator know it under (`tsb-rest-api.md` §2 and §5). */
export const endpoints = {
  ...knownKeyEndpoints,
  ...keyEndpoints,
  ...signEndpoints,
  ...cipherEndpoints,
  ...useEndpoints,
  ...requestEndpoints,
  ...storedCertificateEndpoints,
  ...serviceEndpoints,
  ...approvalEndpoints,
} as const;

/** Name of an endpoint in {@link endpoints}. */
export type EndpointName = keyof typeof endpoints;
