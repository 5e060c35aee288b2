import { attribute } from '../constants.js';
import type { OpenEnvelope } from '../envelope/open-envelope.js';
import type { AttributeName, AttributeValue } from '../envelope/signed-attributes.js';
import { contractVersion, type VerificationCapability, type VerifySignatureRequest } from '../plugin/contract.js';
import type { VerificationStatement } from '../trust/policy-statement.js';
import type { EvaluateRules } from './evaluate-rules.js';

const ours: readonly AttributeName[] = [attribute.verificationPlugin, attribute.verificationPluginMinVersion];

function isJson(value: unknown): boolean {
  if (value === null || ['string', 'boolean'].includes(typeof value)) return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value !== 'object' || ![Object.prototype, null].includes(Object.getPrototypeOf(value))) return false;
  return Object.values(value).every(isJson);
}

/** Whether a plugin can be told of an attribute: its name is text, and its value one that JSON has (`notation.md` §4). */
export function isForPlugins(name: AttributeName, value: AttributeValue | undefined): name is string {
  return typeof name === 'string' && !ours.includes(name) && isJson(value);
}

/**
 * What a verification plugin is asked (`notation.md` §17.2 verify-signature). As Notation does, every extended attribute that can be
 * told is sent, critical or not, and every one that is sent must be processed (§20.1 #2).
 */
export function pluginRequest(
  { attributes, chain }: OpenEnvelope,
  { trustedIdentities }: VerificationStatement,
  capabilities: readonly VerificationCapability[],
  { pluginConfig }: EvaluateRules,
): VerifySignatureRequest {
  const { contentType, scheme, signingTime, expiry, extended } = attributes;
  const told = [...extended].filter(([name, value]) => isForPlugins(name, value)) as [string, AttributeValue][];
  return {
    contractVersion,
    signature: {
      criticalAttributes: {
        contentType,
        signingScheme: scheme,
        ...(expiry !== undefined && { expiry }),
        ...(scheme === 'notary.x509.signingAuthority' && { authenticSigningTime: signingTime }),
        ...(told.length > 0 && { extendedAttributes: Object.fromEntries(told) }),
      },
      unprocessedAttributes: told.map(([name]) => name),
      certificateChain: chain.map(({ der }) => der),
    },
    trustPolicy: { trustedIdentities, signatureVerification: capabilities },
    ...(pluginConfig && { pluginConfig }),
  };
}
