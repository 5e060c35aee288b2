export { type Approver, createApprover } from './approver/approver.js';
export type { ApproveOptions, ApproverOptions, ApproverStyle, DecideOptions } from './approver/approver-options.js';
export { approverKeyFromCertificate } from './approver/certificate-key.js';
export type { BatchOutcome, TaskOutcome } from './approver/decide.js';
export type { ExplainingFormat } from './approver/explain-payload.js';
export type { RequestQuery, TaskQuery } from './approver/fetch-tasks.js';
export { type ApproverKey, approverKeyFromPrivateKey } from './approver/key.js';
export type { CertificateKind, TaskOperation } from './approver/operations.js';
export type { TaskApprover, TaskProgress } from './approver/progress.js';
export { type RequestData, type RiskData, requestData } from './approver/request-data.js';
export type { RequestApprover, RequestProgress } from './approver/request-progress.js';
export { requestText } from './approver/request-text.js';
export type { RequestView } from './approver/request-view.js';
export type { Requester } from './approver/requester.js';
export { riskWords } from './approver/risk-words.js';
export { risksToAccept, type TaskRisk } from './approver/risks.js';
export { approverKeyFromSigner, type SignerKeyOptions } from './approver/signer-key.js';
export { taskText } from './approver/task-text.js';
export type { TaskWindow } from './approver/task-window.js';
export { timeLeftText } from './approver/time-left.js';
export type { TaskView } from './approver/view.js';
export type { AttestationCertificate } from './attestation/attestation-chain.js';
export type { AttestationArchive, AttestationInput, AttestationParts } from './attestation/input.js';
export { type ParseAttestationOptions, parseAttestation } from './attestation/parse-attestation.js';
export type { AttestationStatement, AttestedAttributes } from './attestation/statement.js';
export { type AttestedKey, verifyAttestation } from './attestation/verify-attestation.js';
export type { ExpectedKey, VerifyAttestationOptions } from './attestation/verify-options.js';
export { createTsbBackend } from './backend/backend.js';
export type { TsbBackendClient, TsbBackendOptions, TsbBackendOverClient, TsbBackendStyle } from './backend/options.js';
export type { OrphanedRequest, OrphanReport } from './backend/orphans.js';
export type { TsbBackend, TsbKeySpecRequest } from './backend/tsb-backend.js';
export type { NewTsbApprover, TsbApprovers, TsbOnboardingStatus } from './client/approvers.js';
export type { TsbAttestation } from './client/attestation.js';
export type { CallEndpoint, EndpointCallOptions } from './client/calls.js';
export type { TsbCertificateCalls } from './client/certificate-calls.js';
export type {
  AtOnce,
  CertificateApiLevel,
  TsbCertificateInput,
  TsbCsrInput,
  TsbSelfSignInput,
  TsbSignCertificateInput,
  TsbSubject,
} from './client/certificate-input.js';
export type { CertificateLevelOptions } from './client/certificate-level.js';
export type { TsbCertificates } from './client/certificates.js';
export type { ModifyOptions, TsbBlocking, TsbKeyInput, TsbModify, TsbModifyInput } from './client/changes.js';
export type { TsbCiphers, TsbDecrypt, TsbDecryptInput, TsbEncrypted, TsbEncryptInput } from './client/ciphers.js';
export { createTsbClient, type TsbClient } from './client/client.js';
export type { TsbCsrCalls } from './client/csr-calls.js';
export type { TsbDataObject, TsbDataObjects } from './client/data-objects.js';
export type { TsbDerivedKey } from './client/derived-key.js';
export type { TsbGroups } from './client/groups.js';
export type { TsbImportedKey, TsbImportedSeed } from './client/imported-key.js';
export type { KeySafetyOptions } from './client/key-safety.js';
export type { KeyCallOptions, TsbExportedKey, TsbKeys, TsbPasswordChange } from './client/keys.js';
export type { CreateKeyOptions, NewTsbKey, NewTsbKeyBase, NewTsbOtherKey, NewTsbSigningKey } from './client/new-key.js';
export type { OnboardOptions, TsbCollectInput, TsbOnboardInput, TsbOnboarding } from './client/onboarding/onboarding.js';
export type { OpenedPkcs12 } from './client/onboarding/pkcs12.js';
export type { TsbClientOptions } from './client/options.js';
export type { TsbRequests } from './client/requests.js';
export type { TsbService } from './client/service.js';
export type { TsbSign } from './client/sign.js';
export type {
  TsbAsynchronousSignInput,
  TsbSignInput,
  TsbSynchronousSignInput,
  TsbVerifyInput,
} from './client/sign-input.js';
export type { KeystoreNumbers, TsbStatistics } from './client/statistics.js';
export type {
  TsbFileDecryptInput,
  TsbFileInput,
  TsbFiles,
  TsbHmac,
  TsbHmacInput,
  TsbHmacVerifyInput,
  VerifyHmacOptions,
} from './client/utilities.js';
export type { RequestCallOptions, WithApprovals, WithMetadata } from './client/wire-values.js';
export type {
  TsbSynchronousUnwrapInput,
  TsbUnwrap,
  TsbUnwrapInput,
  TsbWrapInput,
  TsbWrapping,
} from './client/wrapping.js';
export type { ApiKeys } from './http/api-keys.js';
export type { PathParameters } from './http/caller.js';
export type { TsbAuth } from './http/login.js';
export type { TsbProxy } from './http/proxy.js';
export type { SecretSource } from './http/secret.js';
export type { CertificateAuthorities, PemSource } from './http/tls.js';
export { batchSha256 } from './metadata/batch.js';
export { type BindingSource, bindMetadata, type MetadataBinding } from './metadata/binding.js';
export { decodeMetadata, encodeMetadata, type RequestMetadata } from './metadata/metadata.js';
export { decodePreimage, encodePreimage, longestPreimage } from './metadata/preimage.js';
export type { TsbResults } from './operations/accept.js';
export type { TsbCsrRequest, TsbSelfSignRequest, TsbSignCertificateRequest } from './operations/certificates.js';
export type { TsbKeyRequest, TsbModifyRequest } from './operations/changes.js';
export type { TsbDecryptRequest } from './operations/decrypt.js';
export type { TsbActKind } from './operations/identity.js';
export type { TsbKeyChange } from './operations/key-change.js';
export type { TsbOperations, TsbOperationsOptions } from './operations/operations.js';
export type { TsbRequestContext } from './operations/plan.js';
export {
  createRequestLookup,
  type OriginalRequest,
  type RequestLookup,
  type RequestLookupOptions,
} from './operations/request-lookup.js';
export type { TsbUnwrapRequest } from './operations/unwrap.js';
export {
  anyOf,
  type BuildPolicyOptions,
  buildModifyPolicy,
  buildPolicy,
  never,
  type PolicyRules,
  type QuorumOptions,
  quorum,
} from './policy/build.js';
export type { PolicyChange, PolicyChangeKind, PolicyDirection } from './policy/change.js';
export { assertPolicyValid, type CheckPolicyOptions, policyProblems } from './policy/check.js';
export type { PolicyProblem } from './policy/check-rule.js';
export { diffPolicies, type PolicyDiff } from './policy/diff.js';
export type { PolicyDuration } from './policy/duration.js';
export { explainPolicy } from './policy/explain.js';
export { type NamedApprovals, type NamedApprover, nameApprovers } from './policy/name-approvers.js';
export type { PolicyApprover } from './policy/people.js';
export type { PolicyRuleName } from './policy/rule-names.js';
export { assertPolicySafe, type PolicyExceptions, type PolicySafetyOptions } from './policy/safety.js';
export { allOf, atLeast, type GroupSentence, type HowMany, type RuleSentence } from './policy/sentence.js';
export { ruleStrength } from './policy/strength.js';
export { type PolicyWeakness, type PolicyWeaknessKind, policyWeaknesses } from './policy/weaknesses.js';
export { type ApplicationKey, applicationKeyFromPrivateKey, signMetadata } from './request-signing/application-key.js';
