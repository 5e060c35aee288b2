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
