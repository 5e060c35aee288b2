import { base64Text, invalidArgument, isoSeconds } from '@securosys/core';
import type { CriticalAttributes, PluginConfig, VerifySignatureRequest } from '../plugin/contract.js';

const withConfig = (config: PluginConfig | undefined) =>
  config && Object.keys(config).length > 0 ? { pluginConfig: config } : {};

function attributesJson({ contentType, signingScheme, expiry, authenticSigningTime, extendedAttributes }: CriticalAttributes) {
  return {
    contentType,
    signingScheme,
    ...(expiry !== undefined && { expiry: isoSeconds(expiry) }),
    ...(authenticSigningTime !== undefined && { authenticSigningTime: isoSeconds(authenticSigningTime) }),
    ...(extendedAttributes && Object.keys(extendedAttributes).length > 0 && { extendedAttributes }),
  };
}

/** JSON of a request of `get-plugin-metadata`. */
export function metadataJson(config: PluginConfig | undefined): string {
  return JSON.stringify(withConfig(config));
}

/** JSON of a request of `verify-signature`, members in the order of `notation.md` §17.2. @throws SignError `ERR_INVALID_ARGUMENT` */
export function verifyJson({ contractVersion, signature, trustPolicy, pluginConfig }: VerifySignatureRequest): string {
  try {
    return JSON.stringify({
      contractVersion,
      signature: {
        criticalAttributes: attributesJson(signature.criticalAttributes),
        unprocessedAttributes: signature.unprocessedAttributes,
        certificateChain: signature.certificateChain.map((der) => base64Text(der)),
      },
      trustPolicy: {
        trustedIdentities: trustPolicy.trustedIdentities,
        signatureVerification: trustPolicy.signatureVerification,
      },
      ...withConfig(pluginConfig),
    });
  } catch (cause) {
    return invalidArgument('an extended attribute has a value that JSON cannot say', cause);
  }
}
