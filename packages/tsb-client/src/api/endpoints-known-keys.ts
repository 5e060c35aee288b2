import { endpoint, none } from './endpoint.js';
import { keyNameDto, labelsDto, signedKeyAttributesDto } from './keys.js';

const role = 'keyManagement';

/** What is known of keys (`tsb-rest-api.md` §2.3). */
export const knownKeyEndpoints = {
  listKeys: endpoint('GET', '/v1/key', role, 'read', none, labelsDto),
  keyAttributes: endpoint('POST', '/v1/key/attributes', role, 'read', keyNameDto, signedKeyAttributesDto),
  /** Before 1.14.0, and without a password. */
  keyAttributesByName: endpoint('GET', '/v1/key/{keyName}/attributes', role, 'read', none, signedKeyAttributesDto),
} as const;
