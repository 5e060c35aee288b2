/** Version of cosign's KMS plugin protocol that is spoken here (`cosign.md` §11): the first argument of the process. */
export const kmsProtocolVersion = 'v1';

/** What a plugin is asked to do; one process serves one method. */
export type CosignKmsMethod =
  | 'defaultAlgorithm'
  | 'supportedAlgorithms'
  | 'createKey'
  | 'publicKey'
  | 'signMessage'
  | 'verifySignature';

const methods: readonly CosignKmsMethod[] = [
  'defaultAlgorithm',
  'supportedAlgorithms',
  'createKey',
  'publicKey',
  'signMessage',
  'verifySignature',
];

/** Whether a word is a method of the protocol (§11.2). */
export function isKmsMethod(word: unknown): word is CosignKmsMethod {
  return methods.some((method) => method === word);
}

/** The answer to one method, as JSON has it. Only one member is there, and it is never an empty one where a value is expected (§11.4). */
export interface CosignKmsResponse {
  readonly defaultAlgorithm?: { readonly defaultAlgorithm: string };
  readonly supportedAlgorithms?: { readonly supportedAlgorithms: readonly string[] };
  /** Base64 of the PEM text, `PUBLIC KEY`. */
  readonly createKey?: { readonly publicKeyPEM: string };
  readonly publicKey?: { readonly publicKeyPEM: string };
  /** Base64; ECDSA as DER, RSA as long as the modulus, Ed25519 64 bytes. */
  readonly signMessage?: { readonly signature: string };
  readonly verifySignature?: Readonly<Record<string, never>>;
}
