import type { RuleState } from './policy/evaluate.js';

/*
 * Everything that the reference marks as inferred `[I]` or unknown `[?]` and that this emulator had to decide. A live API
 * description settles it here and nowhere else. The section of `tsb-rest-api.md` stands before each.
 *
 * Decided by structure, without a constant to turn:
 * - §2.6: cancelling a request that has ended changes nothing and is no error.
 * - §4.3: a modification replaces all four rules; asynchronous calls on plain keys execute at once.
 * - §4.2: an approver of several groups and tokens of a rule has one task in a request, and decides in all of them.
 * - §4.4: rejections end a request when no live token can reach its quorum; a rejection may be taken back while it is pending.
 * - §4.4, §10.4: a request keeps the rule it was made under, and the key's rule of the moment is asked again at execution.
 * - §1.2: without a token, approvers see and decide the tasks of every partition that asks them.
 * - §4.4: an execution that a dying process had begun is begun again; nothing of it had been stored.
 * - §2.3: in an attestation `curve_oid` follows `algorithm_oid`, `address_truncated` follows `derivation_value`; a certificate approver is
 *   `type="certificate"` with the DER; an imported key was neither always sensitive nor never extractable.
 * - §2.4: a timestamp is over the SHA-256 digest of the payload; there always is a timestamp authority.
 * - §2.7: the self-signed certificate that comes with a signing request goes to plain keys without one: nothing that nobody approved is
 *   signed by a key with a policy. An issuer has to have a certificate; that it is a CA's is not asked.
 * - §2.9: the log of the HSM lists requests, one a line.
 * - §5.2: a login may be replayed inside its window.
 * - §5.4: block and unblock challenges carry no payload; a certificate in a modify frame stands as its key.
 * - §5.7: a new one-time code replaces the old one, also of an approver who is onboarded; a password reset is shown as an unwrapping
 *   of the approver's certificate.
 * - §5.6: signed approvals may be used again while a token's window is open (threat model S5 asks whether a TSB refuses).
 */

/** §8, 14: an Ed25519 approver may name `EdDSA` or any listed digest; pure Ed25519 is checked either way. */
export function acceptsEdDsaDigest(digest: string, listed: boolean): boolean {
  return listed || digest === 'EdDSA';
}

/** §2.1: HTTP status of 401 for a policy group without approvals; an operation that lacks approvals answers the table's 403. */
export const statusOfEmptyGroup = 400;

/** §1.3: HTTP status of 416, the newer error for an API key that is missing. */
export const statusOfMissingApiKey = 401;

/** §4.1: a quorum that is not between 1 and the number of approvals. */
export const errorOfQuorumRange = 600;

/** §4.1: one key twice in a group. Nobody says whether it counts once or twice, so no test shall rely on either. */
export const errorOfRepeatedApprover = 600;

/** §4.2: a new `ruleUse` that can never be fulfilled. */
export const errorOfUselessKey = 600;

/** §4.2, §4.3: a request under a rule that can never be fulfilled, and any use of a blocked key. */
export const errorOfNeverFulfillable = 614;
export const errorOfBlockedKey = 614;

/** §4.3: a synchronous call whose rule is not fulfilled by the approvals it brings: 401, where the HSM might say 701. */
export const errorOfUnapprovedCall = 401;

/** §4.4: what a rule's state means for a request. A rule that became impossible counts as rejected. */
export const statusOfRule = {
  open: 'APPROVED',
  locked: 'APPROVED',
  pending: 'PENDING',
  rejected: 'REJECTED',
  expired: 'EXPIRED',
  never: 'REJECTED',
} as const satisfies Record<RuleState['kind'], string>;

/** §5.5: the emulator answers 403 when an approval carries other bytes than were issued, or another key than the task's. */
export const errorOfForeignApproval = 403;

/** §5.4: the challenge has 16 bits for the payload's length, so keys with a policy cannot be asked for more. */
export const maxChallengedPayload = 65_535;

/** §1.1, §2.4: body members may be absent or null; `signatureType` is then DER. */
export const defaultSignatureType = 'DER';

/** §5.6: type of the tail of an authorization token that holds a certificate; its neighbour 0x1052 holds a key. */
export const certificateTlv = 0x1053;

/** §2.7, §2.3: a certificate, or a public half, of another key than the private half that is there is refused. */
export const errorOfForeignCertificate = 402;

/** §2.9: what statistics call the partition's limit. */
export const maxStoreBytes = 1_048_576;

/** §3.4: hash of an OAEP whose name has none. Bare `AES`, `CAMELLIA` and `TDEA_CBC` are CBC with PKCS#7, `RSA` is PKCS#1 v1.5, ECB pads nothing. */
export const oaepHashOfBareName = 'sha1';

/** §3.4: the first block counter of `CHACHA20`, little-endian; the wire carries the 12 bytes of the nonce alone. */
export const chacha20Counter: Uint8Array = new Uint8Array(4);

/** §2.1: what cannot be decrypted, for whatever reason; 701 would be possible, too. */
export const errorOfFailedDecryption = 410;

/** §2.1: HTTP 400 is known for a derivation on Ed25519 that is not hardened, its code is not. */
export const errorOfSoftDerivation = 634;

/** §2.9: which of 450 and 451 answers what; §4.3 leaves it open. */
export const errorOfUnlicensedEndpoint = 451;
export const errorOfUnlicensedKey = 450;

/** §1.4: a `requestSignature` is checked whenever it is there, over the compacted bytes as received; 403 also when a needed one is missing. */
export const errorOfRequestSignature = 403;
export const errorOfForeignRequestSigner = 415;

/** §2.3, §4.2: how an attestation spells a `null` rule: the HSM gets one token without conditions. A rule without tokens stays empty. */
export const tokenOfNullRule = { name: '', timelock: 0, timeout: 0, groups: [] } as const;

/** §2.3: root element of a symmetric key's attestation, which has no `public_key`. */
export const elementOfSymmetricKey = 'secret_key';

/** §2.3: what needs the private half of a key of which only the public one was imported. */
export const errorOfMissingHalf = 614;

/** §2.2: what `encrypt`, `verify` and `wrap` follow when they are null. */
export const rightsOfPublicHalf = { encrypt: 'decrypt', verify: 'sign', wrap: 'unwrap' } as const;

/** §2.2: `derivationType` of a key's attributes. Keys that name neither `bip32` nor `slip10` derive by SLIP-0010; Cardano's way is not computed. */
export const derivationTypes = {
  ec: { bip32: 'BIP32', slip10: 'SLIP-10' },
  ed25519: { bip32: 'ADA', slip10: 'ADA/SLIP-10' },
} as const;

/** §3.4: a cipher of another family than the key; 607 would be possible, too. */
export const errorOfForeignCipher = 629;

/** §3.5: how RSA wraps, as ciphers of §3.4. What it wraps are secret keys; AES_WRAP without padding wraps DER with zeros behind it. */
export const cipherOfRsaWrap = { pad: 'RSA_PADDING_PKCS', oaep: 'RSA_PADDING_OAEP_WITH_SHA1' } as const;

/** §2.4: unwrapping names no algorithm, so the length of a secret key says which it is. */
export const secretTypeOfLength: ReadonlyMap<number, 'aes-128' | 'aes-192' | 'aes-256'> = new Map([
  [16, 'aes-128'],
  [24, 'aes-192'],
  [32, 'aes-256'],
] as const);

/** §2.4: unwrapping under a label that is taken is an error of the HSM. */
export const errorOfTakenUnwrapLabel = 701;

/** §2.4: most bytes of one `generateRandom`. */
export const maxRandomBytes = 65_536;

/** §8, 5: days of a certificate whose request names none. */
export const defaultCertificateDays = 365;

/** §2.8: attributes of a data object that names none. */
export const defaultDataObjectAttributes = { private: false, modifiable: true, destroyable: true } as const;

/** §8, 11: older servers say 654. */
export const errorOfUnknownApprover = 413;

/** §5.7: `hsm.backupKeyName`, digits of a code as recorded, and the size of a key when the body names none. */
export const backupKeyName = 'emulated-backup-key';
export const oneTimeCodeDigits = 6;
export const defaultApproverKeySize = 2048;

/** §2.4: policy of RFC 3161 tokens, below the example arc that marks everything of the emulator. */
export const timestampPolicy = '2.999.101.109.117.1';

/** §2.6: a request that has ended keeps its state when it is deleted; a plaintext is then gone for every reader (S14). */
export const resultForgottenWhenDeleted: ReadonlySet<string> = new Set(['decrypt']);

/** §8, 9: another role whose API key opens a path, too. */
export const alsoAdmitted: Readonly<Record<string, 'service'>> = { '/v1/generateRandom/{length}': 'service' };
