/** `I`: inferred and not proven; `?`: unknown; `S`: a security question of the threat model (§6) that only a live system can answer. */
export type Mark = 'I' | '?' | 'S';

/** One sentence about a TSB that somebody has to check on a real one. For `?` the statement is what the emulator chose. */
export interface Fact {
  readonly mark: Mark;
  /** Section of `tsb-rest-api.md`; `threat` for the threat model. */
  readonly section: string;
  readonly statement: string;
}

const fact = (mark: Mark, section: string, statement: string): Fact => ({ mark, section, statement });

/** Everything that the reference marks as inferred or unknown and that a client can see, and the questions of the threat model. */
export const facts = {
  unknownMember: fact('I', '1.1', 'a member that an endpoint does not have is refused'),
  nullIsAbsent: fact('I', '1.1', 'null and absent mean the same in a request'),
  passwordText: fact('I', '2.2', 'a password may be sent as text instead of an array of characters'),
  missingKey404: fact('I', '2.1', 'a key that does not exist answers 404 with error 650'),
  taken: fact('I', '2.1', 'a label in use answers 409 with error 608'),
  unknownRequest404: fact('I', '2.1', 'a request that does not exist answers 404 with error 651'),
  badUuid: fact('I', '2.1', 'an id that is no UUID answers 400 with error 609'),
  wrongPassword: fact('I', '2.1', 'a wrong key password answers 403 with error 620'),
  passwordChange: fact('I', '2.3', 'the password of a modifiable key can be changed'),
  policyOnSymmetric: fact('I', '4.2', 'a policy on a symmetric key is refused with 606 or 701'),
  extractableWithPolicy: fact('I', '4.2', 'a policy with extractable is refused with 606'),
  importStatus: fact('I', '2.3', 'an import answers 201 with the attributes'),
  deriveStatus: fact('I', '2.3', 'a derivation answers 201 with the attributes, under the name master/path'),
  exportByName: fact('I', '2.3', 'GET /v1/key/{name}/export/plain exports without a password'),
  attestationPath: fact('?', '2.3', 'GET /v1/attestation/{attestation key} answers the certificate chain'),
  attestationJson: fact('?', '2.3', 'POST /v1/attestation/key answers a key attestation as JSON'),
  attestationEscapes: fact('S', 'threat', 'labels are escaped in attestations'),
  syncSignStatus: fact('I', '2.4', 'a synchronous signature answers 200'),
  syncUnwrapBody: fact('?', '2.4', 'a synchronous unwrap answers without a body'),
  verifyTakesRaw: fact('I', '2.4', 'verify takes r‖s as well as DER'),
  hmacVerifyPath: fact('?', '8, 8', 'POST /v1/verifyHmac checks an HMAC'),
  eddsaRaw: fact('?', '3.3', 'an Ed25519 signature of type RAW is its 64 bytes'),
  eddsaDer: fact('?', '3.3', 'an Ed25519 signature of type DER is its 64 bytes'),
  wrongDigestLength: fact('I', '3.3', 'a NONE… payload of the wrong length is refused with 612'),
  pssSalt: fact('I', '7.1', 'the salt of …_RSA_PSS is as long as the hash'),
  rsaIsPkcs1: fact('I', '3.4', 'the cipher RSA is PKCS#1 v1.5'),
  oaepIsSha1: fact('I', '3.4', 'RSA_PADDING_OAEP is OAEP with SHA-1 in both places'),
  oaepMgf: fact('I', '3.4', 'RSA_PADDING_OAEP_WITH_SHA256 uses SHA-256 for MGF1 too'),
  asyncOnPlain: fact('I', '4.3', 'an asynchronous call on a plain key is executed at once'),
  syncOnPolicy: fact('I', '4.3', 'a synchronous call without approvals on a key with a policy is refused with 401 or 701'),
  neverUse: fact('I', '4.2', 'a rule of use that can never be fulfilled is refused with 600'),
  emptyTokens: fact('I', '4.2', 'a rule with an empty list of tokens can never be fulfilled'),
  quorumRange: fact('I', '4.1', 'a quorum above the number of approvers is refused'),
  minutes: fact('I', '4.1', 'a time lock that is no whole number of minutes is refused with 600'),
  mixedTypes: fact('?', '4.1', 'keys and certificates may stand in one group'),
  modifyReplacesAll: fact('I', '4.3', 'a rule that a modify call leaves out becomes null'),
  blockedKey: fact('I', '4.3', 'a blocked key refuses use with 614'),
  onceTask: fact('I', '4.2', 'an approver who stands in two groups gets one task for a request'),
  executedAtApproval: fact('I', '5.5', 'the last approval is executed before its answer'),
  rejectionEnds: fact('I', '4.4', 'a rejection that makes the quorum unreachable ends the request as REJECTED'),
  cancelKeeps: fact('I', '2.6', 'a cancelled request can still be read, as CANCELLED'),
  retention: fact('?', '2.6', 'an executed request can be read again'),
  anyReader: fact('S', 'threat', 'every credential for uses of keys can read the result of a request'),
  loginReplay: fact('S', 'threat', 'a login of an approver works twice within its window'),
  futureLogin: fact('I', '5.2', 'a login from the future answers 403 with error 404'),
  challengeOfBlock: fact('I', '5.4', 'the challenge of a block has operation 2 and no payload'),
  challengeOfUnblock: fact('I', '5.4', 'the challenge of an unblock has operation 3 and no payload'),
  challengeOfDecrypt: fact('I', '5.4', 'the payload of a decrypt challenge is the ciphertext'),
  challengeOfCsr: fact('I', '5.4', 'the payload of a CSR challenge is what will be signed'),
  certificateTasksWhere: fact('I', '5.1', 'certificate tasks appear among the tasks to sign'),
  bindsAlgorithm: fact('S', 'threat', 'an approval does not bind the algorithm: the challenge names none'),
  longPayload: fact('S', 'threat', 'a payload over 65,535 bytes is refused for a key with a policy'),
  requestSignatureChecked: fact('S', 'threat', 'a wrong requestSignature is refused with 403'),
  requestSignatureBytes: fact('S', 'threat', 'requestSignature is checked over the inner object as it was sent'),
  approvalsReusable: fact('S', 'threat', 'approvals can be used again while their window is open'),
  policySnapshot: fact('S', 'threat', 'a request approved under old rules fails when the rules changed meanwhile'),
  fetchOnce: fact('?', '2.6', 'a result can be fetched once only on demand; the parameter is not known'),
  dataObjectStatus: fact('I', '2.8', 'a data object answers 201, a second one of its name error 615'),
  selfSignAnswer: fact('?', '8, 6', 'the result of an asynchronous self-signature is the certificate'),
  subjectGeneration: fact('?', '8, 4', 'a self-signature takes standardCertificateAttributes'),
  csrValidity: fact('?', '8, 5', 'a CSR needs no validity'),
  rawCertificate: fact('?', '8, 7', 'a certificate is answered in the member certificate'),
  randomRole: fact('I', '8, 9', 'random bytes need the role keyOperation'),
  missingApiKey: fact('I', '1.3', 'a missing API key answers 401 with error 416'),
  onboardingPath: fact('?', '8, 17', 'an approver is onboarded at /v1/approver/onboard'),
  rateLimit: fact('?', '8', 'fifty calls at once are all answered'),
} as const satisfies Record<string, Fact>;

/** Name of a fact. */
export type FactName = keyof typeof facts;
