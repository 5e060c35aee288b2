export { type DecryptedLayer, type DecryptLayerOptions, decryptLayer, type LayerDecryption } from './cipher/decrypt-layer.js';
export { type EncryptedLayer, encryptLayer, type LayerEncryption } from './cipher/encrypt-layer.js';
export {
  decodePrivateOptions,
  decodePublicOptions,
  encodePrivateOptions,
  encodePublicOptions,
  layerCipher,
  type PrivateLayerOptions,
  type PublicLayerOptions,
} from './cipher/layer-options.js';
export type { LayerPieces, LayerStreamOptions } from './cipher/stream-options.js';
export { type DecryptImageOptions, decryptImage } from './image/decrypt-image.js';
export { type EncryptImageOptions, encryptImage } from './image/encrypt-image.js';
export type { ImageOptions, ImageReport, LayerProgress, LayerReport, OpenOptions, VerifyImage } from './image/image-options.js';
export { addRecipients, type RecipientsOptions, replaceRecipients } from './image/recipients-of-image.js';
export type { RecipientKey, SymmetricRecipientKey } from './packets/encrypt-content-key.js';
export type { PacketAlgorithm } from './packets/packet-algorithms.js';
export { type OpenerKey, type ProviderOpenerOptions, providerOpener } from './packets/provider-opener.js';
export { type AnyRecipientKey, type ProviderRecipientOptions, providerRecipient } from './packets/provider-recipient.js';
export type { KeyProviderCall } from './provider/answer-call.js';
export { handleKeyProvider, type KeyProviderAnswer } from './provider/handle-key-provider.js';
export type {
  KeyProviderContext,
  KeyProviderOperation,
  KeyProviderPlugin,
  KeyProviderUse,
  ProviderKey,
} from './provider/key-provider.js';
export { startUnwrapping, startWrapping, type UnwrapSession, type WrapSession } from './recipients/image-keys.js';
export type { JweAlgorithm } from './recipients/jwe/algorithms.js';
export { type JweOpenerOptions, jweOpener } from './recipients/jwe/jwe-opener.js';
export { type JweRecipientKey, type JweRecipientOptions, jweRecipient } from './recipients/jwe/jwe-recipient.js';
export { type BackendKeyOptions, backendPrivateKey } from './recipients/keys/backend-key.js';
export {
  type PrivateKeyFileOptions,
  type PublicKeyFile,
  readPrivateKeyFile,
  readPublicKeyFile,
} from './recipients/keys/key-files.js';
export { type LocalKeyOptions, localPrivateKey } from './recipients/keys/local-key.js';
export type { AskedOfKey, KeyHalf, KeyUse, PrivateKey } from './recipients/keys/private-key.js';
export {
  backendSymmetricKey,
  type SymmetricKey,
  type SymmetricKeyFacts,
  type SymmetricKeyOptions,
} from './recipients/keys/symmetric-key.js';
export { type Pkcs7Key, type Pkcs7OpenerOptions, pkcs7Opener } from './recipients/pkcs7/pkcs7-opener.js';
export { type Pkcs7RecipientOptions, pkcs7Recipient } from './recipients/pkcs7/pkcs7-recipient.js';
export { type Pkcs11OpenerOptions, pkcs11Opener } from './recipients/pkcs11/pkcs11-opener.js';
export type { Pkcs11Hash } from './recipients/pkcs11/pkcs11-packet.js';
export { type Pkcs11RecipientOptions, pkcs11Recipient } from './recipients/pkcs11/pkcs11-recipient.js';
export type {
  ImageContext,
  LayerContext,
  Opener,
  PacketReader,
  PacketScheme,
  PacketWriter,
  Recipient,
} from './recipients/recipient.js';
