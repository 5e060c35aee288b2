import type { CallOptions } from '@securosys/core';
import type { EnvelopeMediaType } from '../constants.js';
import type { SigningScheme } from '../envelope/signed-attributes.js';

/** Version of the plugin contract that is spoken here (`notation.md` §17). */
export const contractVersion = '1.0';

/** Commands of the contract: the one argument of the process (`notation.md` §17.2). */
export type PluginCommand =
  | 'get-plugin-metadata'
  | 'describe-key'
  | 'generate-signature'
  | 'generate-envelope'
  | 'verify-signature';

/** What a verification plugin can decide in the host's place. */
export type VerificationCapability = 'SIGNATURE_VERIFIER.TRUSTED_IDENTITY' | 'SIGNATURE_VERIFIER.REVOCATION_CHECK';

/** What a plugin can do. */
export type PluginCapability = 'SIGNATURE_GENERATOR.RAW' | 'SIGNATURE_GENERATOR.ENVELOPE' | VerificationCapability;

/** Options of a plugin by name, as `--plugin-config name=value` gives them. */
export type PluginConfig = Readonly<Record<string, string>>;

/** Name of a key's type in the contract (`notation.md` §3). */
export type ContractKeySpec = 'RSA-2048' | 'RSA-3072' | 'RSA-4096' | 'EC-256' | 'EC-384' | 'EC-521';

/** Name of a hash in the contract. */
export type ContractHash = 'SHA-256' | 'SHA-384' | 'SHA-512';

/** Name of a signature algorithm in the contract. */
export type ContractSigningAlgorithm =
  | 'RSASSA-PSS-SHA-256'
  | 'RSASSA-PSS-SHA-384'
  | 'RSASSA-PSS-SHA-512'
  | 'ECDSA-SHA-256'
  | 'ECDSA-SHA-384'
  | 'ECDSA-SHA-512';

/** Request of `get-plugin-metadata`. */
export interface GetMetadataRequest {
  readonly pluginConfig?: PluginConfig;
}

/** Answer of `get-plugin-metadata`. */
export interface PluginMetadata {
  readonly name: string;
  readonly description: string;
  /** Semantic version. */
  readonly version: string;
  readonly url: string;
  readonly supportedContractVersions: readonly string[];
  /** Of other people's plugins also names that are not known here. */
  readonly capabilities: readonly (PluginCapability | (string & {}))[];
}

/** Request of `describe-key`. */
export interface DescribeKeyRequest {
  readonly contractVersion: string;
  readonly keyId: string;
  readonly pluginConfig?: PluginConfig;
}

/** Answer of `describe-key`. */
export interface DescribeKeyResponse {
  readonly keyId: string;
  readonly keySpec: ContractKeySpec;
}

/** Request of `generate-signature`: the bytes are signed, and nobody says which envelope they belong to. */
export interface GenerateSignatureRequest {
  readonly contractVersion: string;
  readonly keyId: string;
  readonly keySpec: ContractKeySpec;
  readonly hashAlgorithm: ContractHash;
  /** The message to be signed, not its hash; base64 in JSON. */
  readonly payload: Uint8Array;
  readonly pluginConfig?: PluginConfig;
}

/** Answer of `generate-signature`, as JSON has it. */
export interface GenerateSignatureResponse {
  readonly keyId: string;
  /** Base64; ECDSA as r‖s. */
  readonly signature: string;
  readonly signingAlgorithm: ContractSigningAlgorithm;
  /** Base64 of DER, leaf first, root last. */
  readonly certificateChain: readonly string[];
}

/** Request of `generate-envelope`. */
export interface GenerateEnvelopeRequest {
  readonly contractVersion: string;
  readonly keyId: string;
  readonly payloadType: string;
  readonly signatureEnvelopeType: EnvelopeMediaType;
  /** JSON with the descriptor of the artifact; base64 in JSON. */
  readonly payload: Uint8Array;
  /** Whole seconds; absent: the signature never expires. */
  readonly expiryDurationInSeconds?: number;
  readonly pluginConfig?: PluginConfig;
}

/** Answer of `generate-envelope`, as JSON has it. */
export interface GenerateEnvelopeResponse {
  /** Base64. */
  readonly signatureEnvelope: string;
  readonly signatureEnvelopeType: EnvelopeMediaType;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Critical attributes of a signature, as a host tells a verification plugin of them. */
export interface CriticalAttributes {
  readonly contentType: string;
  readonly signingScheme: SigningScheme;
  /** Milliseconds since 1970; absent: never expires. Written as RFC 3339. */
  readonly expiry?: number;
  /** Milliseconds since 1970; in the signing-authority scheme only. Written as RFC 3339. */
  readonly authenticSigningTime?: number;
  /** Attributes with text names, critical or not; values are what JSON can say (`notation.md` §17.2). */
  readonly extendedAttributes?: Readonly<Record<string, unknown>>;
}

/** Request of `verify-signature`. Times are numbers and certificates bytes here; JSON has RFC 3339 and base64. */
export interface VerifySignatureRequest {
  readonly contractVersion: string;
  readonly signature: {
    readonly criticalAttributes: CriticalAttributes;
    /** Names that the plugin must process; the answer names them again. */
    readonly unprocessedAttributes: readonly string[];
    /** DER, leaf first, root last. */
    readonly certificateChain: readonly Uint8Array[];
  };
  readonly trustPolicy: {
    readonly trustedIdentities: readonly string[];
    /** Checks to run now. */
    readonly signatureVerification: readonly VerificationCapability[];
  };
  readonly pluginConfig?: PluginConfig;
}

/** Verdict of a verification plugin on one check. */
export type VerificationResult =
  | { readonly success: true; readonly reason?: string }
  | { readonly success: false; readonly reason: string };

/** Answer of `verify-signature`. */
export interface VerifySignatureResponse {
  /** One verdict for each capability that was asked for, and no other. */
  readonly verificationResults: Readonly<Partial<Record<VerificationCapability, VerificationResult>>>;
  readonly processedAttributes: readonly string[];
}

/** Stable names of a plugin's failures (`notation.md` §17.1). */
export type PluginErrorCode =
  | 'VALIDATION_ERROR'
  | 'UNSUPPORTED_CONTRACT_VERSION'
  | 'ACCESS_DENIED'
  | 'TIMEOUT'
  | 'THROTTLED'
  | 'ERROR';

/** What a failing plugin writes to stderr. The host shows its user `errorMessage` and nothing else. */
export interface PluginErrorResponse {
  readonly errorCode: PluginErrorCode;
  readonly errorMessage: string;
  readonly errorMetadata?: Readonly<Record<string, string>>;
}

/**
 * A plugin that takes part in verification, whoever runs it. Answers are checked against the contract before they are given out: every
 * verdict that was asked for is there.
 */
export interface VerificationPlugin {
  /**
   * @throws SignError `ERR_PROTOCOL` when the answer is none, `ERR_REQUEST_FAILED` when the plugin says why it failed, `ERR_TIMEOUT`,
   * `ERR_LIMIT`
   */
  metadata(options?: CallOptions): Promise<PluginMetadata>;
  /** @throws SignError as {@link VerificationPlugin.metadata} */
  verifySignature(request: VerifySignatureRequest, options?: CallOptions): Promise<VerifySignatureResponse>;
}

/** Where the verification plugins of this machine are found. */
export interface VerificationPlugins {
  /**
   * The plugin of this name; `undefined` when none is installed.
   * @throws SignError `ERR_INVALID_ARGUMENT` for a text that no plugin may be called by (S28)
   */
  find(name: string): Promise<VerificationPlugin | undefined>;
}
