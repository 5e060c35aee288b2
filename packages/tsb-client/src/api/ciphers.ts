import { cipherAlgorithms, tagLengths } from './algorithms.js';
import { dto } from './dto.js';
import { tagged, withApprovals } from './envelope.js';
import { type Field, field, type Infer, named, nullable, object, oneOfOpen, optional } from './shape.js';
import { type RequestSignature, requestSignatureShape } from './sign.js';
import { base64, base64NotEmpty, charArray, name, uuid } from './values.js';

/** Bits of an authentication tag. */
const tagLength: Field<number> = field((direction, z) => (direction === 'sent' ? z.literal(tagLengths) : z.int()));

const encryptRequestShape = object({
  payload: base64NotEmpty,
  encryptKeyName: name,
  /** Of a symmetric key. */
  keyPassword: optional(charArray),
  cipherAlgorithm: oneOfOpen(cipherAlgorithms),
  additionalAuthenticationData: optional(base64),
  /** Bits: 0, 64, 96, 104, 112, 120 or 128; for `AES_GCM`. */
  tagLength: optional(tagLength),
});

const decryption = {
  encryptedPayload: base64NotEmpty,
  decryptKeyName: name,
  keyPassword: optional(charArray),
  cipherAlgorithm: oneOfOpen(cipherAlgorithms),
  initializationVector: optional(base64),
  additionalAuthenticationData: optional(base64),
  /** Bits, as when it was encrypted. */
  tagLength: optional(tagLength),
};

const decryptRequestShape = object({ ...decryption, ...tagged });
const synchronousDecryptRequestShape = object({ ...decryption, ...withApprovals });
const requestSignature = optional<RequestSignature>(requestSignatureShape);

const encryptShape = object({ encryptRequest: named<EncryptRequestBody>(encryptRequestShape), requestSignature });
const synchronousDecryptShape = object({
  decryptRequest: named<SynchronousDecryptRequestBody>(synchronousDecryptRequestShape),
  requestSignature,
});
export const decryptShape = object({ decryptRequest: named<DecryptRequestBody>(decryptRequestShape), requestSignature });

const encryptedShape = object({
  /** Base64; with `AES_GCM` the ciphertext and its tag. */
  encryptedPayload: base64,
  encryptedPayloadWithoutMessageAuthenticationCode: nullable(base64),
  /** Base64; made by the HSM. */
  initializationVector: nullable(base64),
  messageAuthenticationCode: nullable(base64),
});
const decryptedShape = object({
  /** Base64 plaintext. */
  payload: base64,
});
const decryptCreatedShape = object({ decryptRequestId: uuid });

/** What is to be encrypted, how, and with which key (§2.4). */
export interface EncryptRequestBody extends Infer<typeof encryptRequestShape> {}
/** What is to be decrypted, how, and with which key (§2.5). */
export interface DecryptRequestBody extends Infer<typeof decryptRequestShape> {}
/** {@link DecryptRequestBody} with approvals that were collected beforehand (§2.4). */
export interface SynchronousDecryptRequestBody extends Infer<typeof synchronousDecryptRequestShape> {}
/** Body of an encrypt call. */
export interface Encrypt extends Infer<typeof encryptShape> {}
/** Body of a synchronous decrypt call. */
export interface SynchronousDecrypt extends Infer<typeof synchronousDecryptShape> {}
/** Body of an asynchronous decrypt call, which makes a request. */
export interface AsynchronousDecrypt extends Infer<typeof decryptShape> {}
/** Answer of an encrypt call. */
export interface EncryptAnswer extends Infer<typeof encryptedShape> {}
/** Answer of a synchronous decrypt call. */
export interface DecryptAnswer extends Infer<typeof decryptedShape> {}
/** Id of the request that a decrypt call made. */
export interface DecryptCreated extends Infer<typeof decryptCreatedShape> {}

/** {@link Encrypt} on the wire. */
export const encryptDto = dto<Encrypt>('encrypt', encryptShape);
/** {@link EncryptAnswer} on the wire. */
export const encryptedDto = dto<EncryptAnswer>('encrypted payload', encryptedShape);
/** {@link SynchronousDecrypt} on the wire. */
export const synchronousDecryptDto = dto<SynchronousDecrypt>('synchronous decrypt', synchronousDecryptShape);
/** {@link DecryptAnswer} on the wire. */
export const decryptedDto = dto<DecryptAnswer>('decrypted payload', decryptedShape);
/** {@link AsynchronousDecrypt} on the wire. */
export const asynchronousDecryptDto = dto<AsynchronousDecrypt>('decrypt', decryptShape);
/** {@link DecryptCreated} on the wire. */
export const decryptCreatedDto = dto<DecryptCreated>('decrypt request id', decryptCreatedShape);
