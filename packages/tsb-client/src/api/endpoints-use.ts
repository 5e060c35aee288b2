import {
  asynchronousCsrDto,
  asynchronousSelfSignDto,
  asynchronousSignCertificateDto,
  certificateCreatedDto,
  certificateDto,
  csrAnswerDto,
  csrDto,
  importCertificateDto,
  selfSignDto,
  signCertificateDto,
} from './certificates.js';
import {
  blockCreatedDto,
  blockDto,
  modifyCreatedDto,
  modifyDto,
  synchronousBlockDto,
  synchronousModifyDto,
  synchronousUnblockDto,
  unblockCreatedDto,
  unblockDto,
} from './changes.js';
import {
  asynchronousDecryptDto,
  decryptCreatedDto,
  decryptedDto,
  encryptDto,
  encryptedDto,
  synchronousDecryptDto,
} from './ciphers.js';
import { endpoint, fileEndpoint, none } from './endpoint.js';
import { requestFilterDto, requestListDto, requestStatusDto } from './requests.js';
import { asynchronousSignDto, signatureDto, signCreatedDto, synchronousSignDto } from './sign.js';
import {
  fileDecryptDto,
  fileEncryptDto,
  hmacAnswerDto,
  hmacDto,
  randomDto,
  rfcTimestampAnswerDto,
  rfcTimestampDto,
} from './utilities.js';
import { verifiedDto, verifyHmacDto, verifySignatureDto } from './verify.js';
import { asynchronousUnwrapDto, synchronousUnwrapDto, unwrapCreatedDto, wrapDto, wrappedDto } from './wrapping.js';

const role = 'keyOperation';
const manager = 'keyManagement';

const sign = { signs: 'signRequest' };
const decrypt = { signs: 'decryptRequest' };
const unwrap = { signs: 'unwrapKeyRequest', status: 201 } as const;
const block = { signs: 'blockRequest' };
const unblock = { signs: 'unblockRequest' };
const modify = { signs: 'modifyRequest' };
const created = { status: 201 } as const;

/** Uses of keys, their requests, and certificates (`tsb-rest-api.md` §2.4 to §2.7). */
export const useEndpoints = {
  synchronousSign: endpoint('POST', '/v1/synchronousSign', role, 'use', synchronousSignDto, signatureDto, sign),
  sign: endpoint('POST', '/v1/sign', role, 'create', asynchronousSignDto, signCreatedDto, { ...sign, ...created }),
  verify: endpoint('POST', '/v1/verify', role, 'read', verifySignatureDto, verifiedDto, { signs: 'verifySignatureRequest' }),
  encrypt: endpoint('POST', '/v1/encrypt', role, 'use', encryptDto, encryptedDto, { signs: 'encryptRequest' }),
  synchronousDecrypt: endpoint('POST', '/v1/synchronousDecrypt', role, 'use', synchronousDecryptDto, decryptedDto, decrypt),
  decrypt: endpoint('POST', '/v1/decrypt', role, 'create', asynchronousDecryptDto, decryptCreatedDto, { ...decrypt, ...created }),
  wrap: endpoint('POST', '/v1/wrap', role, 'use', wrapDto, wrappedDto, { signs: 'wrapKeyRequest' }),
  /** What a server answers is not documented; with nothing, the answer is absent. */
  synchronousUnwrap: endpoint('POST', '/v1/synchronousUnwrap', role, 'create', synchronousUnwrapDto, none, unwrap),
  unwrap: endpoint('POST', '/v1/unwrap', role, 'create', asynchronousUnwrapDto, unwrapCreatedDto, unwrap),
  synchronousBlock: endpoint('POST', '/v1/synchronousBlock', role, 'create', synchronousBlockDto, none, block),
  block: endpoint('POST', '/v1/block', role, 'create', blockDto, blockCreatedDto, { ...block, ...created }),
  synchronousUnblock: endpoint('POST', '/v1/synchronousUnblock', role, 'create', synchronousUnblockDto, none, unblock),
  unblock: endpoint('POST', '/v1/unblock', role, 'create', unblockDto, unblockCreatedDto, { ...unblock, ...created }),
  synchronousModify: endpoint('POST', '/v1/synchronousModify', manager, 'create', synchronousModifyDto, none, modify),
  modify: endpoint('POST', '/v1/modify', manager, 'create', modifyDto, modifyCreatedDto, { ...modify, ...created }),

  synchronousHmac: endpoint('POST', '/v1/synchronousHmac', role, 'use', hmacDto, hmacAnswerDto),
  /** A path of its own here; {@link verifyHmacByVerify} is the other reading (§8, 8). */
  verifyHmac: endpoint('POST', '/v1/verifyHmac', role, 'read', verifyHmacDto, verifiedDto),
  random: endpoint('GET', '/v1/generateRandom/{length}', role, 'read', none, randomDto),
  rfcTimestamp: endpoint('POST', '/v1/createRfcTimestamp', role, 'use', rfcTimestampDto, rfcTimestampAnswerDto),
  fileEncrypt: fileEndpoint('POST', '/v1/fileEncrypt', role, 'use', fileEncryptDto, {
    multipart: 'SignedFileEncryptRequestDto',
  }),
  fileDecrypt: fileEndpoint('POST', '/v1/synchronousFileDecrypt', role, 'use', fileDecryptDto, {
    multipart: 'SignedFileDecryptRequestDto',
  }),

  request: endpoint('GET', '/v1/request/{id}', role, 'read', none, requestStatusDto),
  cancelRequest: endpoint('DELETE', '/v1/request/{id}', role, 'idempotent', none, none),
  filteredRequests: endpoint('POST', '/v1/filteredRequests', role, 'read', requestFilterDto, requestListDto),

  synchronousCsr: endpoint('POST', '/v1/certificate/synchronous/request', role, 'use', csrDto, csrAnswerDto),
  csrDownload: fileEndpoint('POST', '/v1/certificate/synchronous/request/download', role, 'use', csrDto),
  csr: endpoint('POST', '/v1/certificate/request', role, 'create', asynchronousCsrDto, certificateCreatedDto, {
    signs: 'csrSignRequest',
    ...created,
  }),
  synchronousSelfSign: endpoint('POST', '/v1/certificate/synchronous/selfsign', role, 'create', selfSignDto, certificateDto),
  selfSign: endpoint('POST', '/v1/certificate/selfsign', role, 'create', asynchronousSelfSignDto, certificateCreatedDto, {
    signs: 'selfSignCertificateRequest',
    ...created,
  }),
  synchronousSignCertificate: endpoint(
    'POST',
    '/v1/certificate/synchronous/sign',
    role,
    'create',
    signCertificateDto,
    certificateDto,
  ),
  signCertificate: endpoint(
    'POST',
    '/v1/certificate/sign',
    role,
    'create',
    asynchronousSignCertificateDto,
    certificateCreatedDto,
    { signs: 'signCertificateRequest', ...created },
  ),
  importCertificate: endpoint('POST', '/v1/certificate/import/plain', role, 'idempotent', importCertificateDto, certificateDto),
  certificate: endpoint('GET', '/v1/certificate/{keyName}', role, 'read', none, certificateDto),
  deleteCertificate: endpoint('DELETE', '/v1/certificate/{keyName}', role, 'create', none, none),
} as const;

/** The endpoint `verifyHmac` at the path that the documentation prints (§8, 8); not in the table, where a path stands once. */
export const verifyHmacByVerify = endpoint('POST', '/v1/verify', role, 'read', verifyHmacDto, verifiedDto);
