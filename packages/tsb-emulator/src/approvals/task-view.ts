import { base64Text, type JsonValue, parseJson, utf8Bytes } from '@securosys/core';
import { type ApprovalTask, type DetailLevel, wrapTimestampSignature } from '@securosys/tsb-client/api';
import { executors } from '../executors/index.js';
import { attestationXml } from '../hsm/attestation-xml.js';
import { hsmSeconds, type Partition } from '../partition.js';
import type { RequestRecord, TaskRecord } from '../requests/request-record.js';
import { statusView } from '../requests/status-view.js';

const nothing = {
  metaData: null,
  metaDataSignature: null,
  payload: null,
  payloadType: null,
  requestBase64: null,
  signedSignRequest: null,
  signedModifyKeyRequest: null,
  signedBlockKeyRequest: null,
  signedUnblockKeyRequest: null,
  signedDecryptRequest: null,
  signedUnwrapKeyRequest: null,
  signedCertificateRequestRequest: null,
  signedSignCertificateRequest: null,
  signedSelfSignCertificateRequestDto: null,
  timestamp: null,
  timestampSignature: null,
  timestampSignatureAlgorithm: null,
  timestampSignatureWithAlgorithm: null,
  keyAttributes: null,
  keyAttributesSignature: null,
  requestStatus: null,
};

/** The original body, which was accepted once: no bound but its own, and passwords may hold halves of surrogate pairs. */
const parsedBody = (body: Uint8Array): JsonValue =>
  parseJson(body, { what: 'original request', maxBytes: body.byteLength, surrogateUnits: true });

/** One task as its approver sees it at a level; levels are cumulative (`tsb-rest-api.md` §5.3). */
export function taskView(partition: Partition, request: RequestRecord, task: TaskRecord, detailLevel: DetailLevel): ApprovalTask {
  const level = Number(detailLevel.slice('level'.length));
  const { challenge, shown, body } = request;
  const level5 = () => {
    const key = partition.keys.same(request.keyLabel, request.keyIdentity);
    if (!key) return {};
    const xml = attestationXml(key, hsmSeconds(partition));
    return { keyAttributes: xml, keyAttributesSignature: base64Text(partition.attestationKey.sign(utf8Bytes(xml))) };
  };
  return {
    ...nothing,
    id: task.id,
    detailLevel,
    approvalToBeSigned: base64Text(challenge.approvalToBeSigned),
    approverPublicKey: task.approver.spki,
    ...(level >= 2 && shown),
    ...(level >= 3 && { requestBase64: base64Text(body), [executors[request.kind].shownAs]: parsedBody(body) }),
    ...(level >= 4 && {
      timestamp: base64Text(challenge.timestamp),
      timestampSignature: base64Text(challenge.timestampSignature),
      timestampSignatureAlgorithm: 'SHA256_WITH_ECDSA',
      // A recorded server wraps the timestamp here instead of its signature (§8, 26); this is what was meant.
      timestampSignatureWithAlgorithm: base64Text(wrapTimestampSignature(challenge.timestampSignature)),
    }),
    ...(level >= 5 && level5()),
    ...(level >= 6 && { requestStatus: statusView(request) }),
  };
}
