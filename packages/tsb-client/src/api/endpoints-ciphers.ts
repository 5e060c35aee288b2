import {
  asynchronousDecryptDto,
  decryptCreatedDto,
  decryptedDto,
  encryptDto,
  encryptedDto,
  synchronousDecryptDto,
} from './ciphers.js';
import { endpoint } from './endpoint.js';

const role = 'keyOperation';
const decrypt = { signs: 'decryptRequest' };
const created = { status: 201 } as const;

/** Encryption and decryption (`tsb-rest-api.md` §2.4 and §2.5). */
export const cipherEndpoints = {
  encrypt: endpoint('POST', '/v1/encrypt', role, 'use', encryptDto, encryptedDto, { signs: 'encryptRequest' }),
  synchronousDecrypt: endpoint('POST', '/v1/synchronousDecrypt', role, 'use', synchronousDecryptDto, decryptedDto, decrypt),
  decrypt: endpoint('POST', '/v1/decrypt', role, 'create', asynchronousDecryptDto, decryptCreatedDto, { ...decrypt, ...created }),
} as const;
