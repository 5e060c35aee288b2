import {
  asynchronousCsrDto,
  asynchronousSelfSignDto,
  asynchronousSignCertificateDto,
  certificateCreatedDto,
  csrAnswerDto,
  csrDto,
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
import { endpoint, fileEndpoint, none } from './endpoint.js';
import { certificateDto } from './stored-certificates.js';
import {
  fileDecryptDto,
  fileEncryptDto,
  hmacAnswerDto,
  hmacDto,
  randomDto,
  rfcTimestampAnswerDto,
  rfcTimestampDto,
} from './utilities.js';
import { verifiedDto, verifyHmacDto } from './verify.js';
import { asynchronousUnwrapDto, synchronousUnwrapDto, unwrapCreatedDto, wrapDto, wrappedDto } from './wrapping.js';

const role = 'keyOperation';
const manager = 'keyManagement';

const unwrap = { signs: 'unwrapKeyRequest', status: 201 } as const;
const block = { signs: 'blockRequest' };
const unblock = { signs: 'unblockRequest' };
const modify = { signs: 'modifyRequest' };
const created = { status: 201 } as const;

/** Other uses of keys, and the making of certificates (`tsb-rest-api.md` §2.4 to §2.7). */
export const useEndpoints = {
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
} as const;

/** The endpoint `verifyHmac` at the path that the documentation prints (§8, 8); not in the table, where a path stands once. */
export const verifyHmacByVerify = endpoint('POST', '/v1/verify', role, 'read', verifyHmacDto, verifiedDto);
