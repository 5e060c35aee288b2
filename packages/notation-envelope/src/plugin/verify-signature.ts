import { type JsonObject, SignError, sanitizeText } from '@securosys/core';
import { type Certificate, checkNotaryChain, parseCertificate } from '@securosys/pki';
import { maxChainLength } from '../constants.js';
import { parseTime } from '../envelope/times.js';
import { matchesIdentity, parseTrustedIdentities } from '../trust/trusted-identity.js';
import type { VerificationCapability, VerificationResult, VerifySignatureRequest, VerifySignatureResponse } from './contract.js';
import type { NotationPlugin, PluginContext } from './notation-plugin.js';
import { pluginMetadata } from './plugin-metadata.js';
import { invalidRequest } from './refusals.js';
import { byteListOf, checkVersion, choiceOf, objectOf, textOf, textsOf } from './request-reader.js';

const maxAttributes = 256;
const maxIdentities = 1_000;
/** How Go writes no time at all. */
const noTime = '0001-01-01T00:00:00Z';

function timeOf(object: JsonObject, name: string): number | undefined {
  const value = object[name];
  if (value === undefined || value === null || value === noTime) return undefined;
  try {
    return parseTime(value, name);
  } catch (error) {
    if (SignError.is(error)) return invalidRequest(`${name} is not an RFC 3339 time`);
    throw error;
  }
}

function capabilitiesOf(policy: JsonObject, plugin: NotationPlugin): VerificationCapability[] {
  const offered: readonly string[] = pluginMetadata(plugin, 'envelope').capabilities.filter((name) =>
    name.startsWith('SIGNATURE_VERIFIER.'),
  );
  const asked = textsOf(policy, 'signatureVerification', offered.length);
  if (asked.length === 0 || new Set(asked).size !== asked.length || asked.some((name) => !offered.includes(name)))
    return invalidRequest(`signatureVerification names something else than ${offered.join(', ')}`);
  return asked as VerificationCapability[];
}

/** Reads a request of `verify-signature`. @throws ContractRefusal */
export function readVerifyRequest(json: JsonObject, plugin: NotationPlugin, { config }: PluginContext): VerifySignatureRequest {
  const version = checkVersion(json);
  const signature = objectOf(json, 'signature');
  const attributes = objectOf(signature, 'criticalAttributes');
  const policy = objectOf(json, 'trustPolicy');
  const expiry = timeOf(attributes, 'expiry');
  const authenticSigningTime = timeOf(attributes, 'authenticSigningTime');
  const extended = attributes.extendedAttributes ?? undefined;
  return {
    contractVersion: version,
    signature: {
      criticalAttributes: {
        contentType: textOf(attributes, 'contentType'),
        signingScheme: choiceOf(attributes, 'signingScheme', ['notary.x509', 'notary.x509.signingAuthority']),
        ...(expiry !== undefined && { expiry }),
        ...(authenticSigningTime !== undefined && { authenticSigningTime }),
        ...(extended !== undefined && { extendedAttributes: objectOf(attributes, 'extendedAttributes') }),
      },
      unprocessedAttributes: textsOf(signature, 'unprocessedAttributes', maxAttributes),
      certificateChain: byteListOf(signature, 'certificateChain', maxChainLength),
    },
    trustPolicy: {
      trustedIdentities: textsOf(policy, 'trustedIdentities', maxIdentities),
      signatureVerification: capabilitiesOf(policy, plugin),
    },
    pluginConfig: config,
  };
}

function chainOf({ certificateChain }: VerifySignatureRequest['signature']): readonly Certificate[] {
  try {
    const chain = certificateChain.map((der) => parseCertificate(der));
    checkNotaryChain(chain, { purpose: 'code-signing' });
    return chain;
  } catch (error) {
    if (SignError.is(error)) return invalidRequest(`certificateChain: ${error.message}`);
    throw error;
  }
}

function identityResult(leaf: Certificate, trusted: readonly string[]): VerificationResult {
  try {
    if (matchesIdentity(parseTrustedIdentities(trusted), leaf)) return { success: true };
    return { success: false, reason: "the signer's subject is none of the trusted identities" };
  } catch (error) {
    if (SignError.is(error)) return { success: false, reason: sanitizeText(error.message, 400) };
    throw error;
  }
}

async function revocationResult(
  plugin: NotationPlugin,
  context: PluginContext,
  chain: readonly Certificate[],
  { criticalAttributes }: VerifySignatureRequest['signature'],
): Promise<VerificationResult> {
  const checker = await plugin.revocation?.(context);
  if (!checker) return invalidRequest('this plugin does not check revocation');
  const { authenticSigningTime } = criticalAttributes;
  const { status } = await checker.check(chain, {
    purpose: 'code-signing',
    ...(authenticSigningTime !== undefined && { authenticSigningTime }),
    ...(context.signal && { signal: context.signal }),
  });
  if (status === 'ok') return { success: true };
  const reason =
    status === 'revoked' ? 'a certificate of the chain was revoked' : 'nobody says whether the certificates were revoked';
  return { success: false, reason };
}

/**
 * `verify-signature` (`notation.md` §17.2). The host has checked the chain against its trust stores before. Attributes are named as
 * processed only if this plugin knows them; the host then refuses what is left.
 */
export async function verifySignature(
  plugin: NotationPlugin,
  context: PluginContext,
  json: JsonObject,
): Promise<VerifySignatureResponse> {
  const { signature, trustPolicy } = readVerifyRequest(json, plugin, context);
  const chain = chainOf(signature);
  const results: Partial<Record<VerificationCapability, VerificationResult>> = {};
  for (const capability of trustPolicy.signatureVerification)
    results[capability] =
      capability === 'SIGNATURE_VERIFIER.TRUSTED_IDENTITY'
        ? identityResult(chain[0] as Certificate, trustPolicy.trustedIdentities)
        : await revocationResult(plugin, context, chain, signature);
  const { understoodAttributes = [] } = plugin;
  return {
    verificationResults: results,
    processedAttributes: signature.unprocessedAttributes.filter((name) => understoodAttributes.includes(name)),
  };
}
