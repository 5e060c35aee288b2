import { endpoint } from './endpoint.js';
import { asynchronousSignDto, signatureDto, signCreatedDto, synchronousSignDto } from './sign.js';
import { verifiedDto, verifySignatureDto } from './verify.js';

const role = 'keyOperation';
const sign = { signs: 'signRequest' };
const created = { status: 201 } as const;

/** Signatures (`tsb-rest-api.md` §2.4 and §2.5). */
export const signEndpoints = {
  synchronousSign: endpoint('POST', '/v1/synchronousSign', role, 'use', synchronousSignDto, signatureDto, sign),
  sign: endpoint('POST', '/v1/sign', role, 'create', asynchronousSignDto, signCreatedDto, { ...sign, ...created }),
  verify: endpoint('POST', '/v1/verify', role, 'read', verifySignatureDto, verifiedDto, { signs: 'verifySignatureRequest' }),
} as const;
