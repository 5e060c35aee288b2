import { SignError, sanitizeText } from '@securosys/core';
import { attribute } from '../constants.js';
import type { OpenEnvelope } from '../envelope/open-envelope.js';
import {
  contractVersion,
  type PluginMetadata,
  type VerificationCapability,
  type VerificationPlugin,
} from '../plugin/contract.js';
import { refuse } from '../refusal.js';
import type { OpenResult } from './evaluate-checks.js';
import { callOf, type EvaluateRules } from './evaluate-rules.js';
import { isPluginName } from './verification-plugin-name.js';
import { compareSemanticVersions, parseSemanticVersion, type SemanticVersion } from './verification-plugin-version.js';

const known: readonly VerificationCapability[] = ['SIGNATURE_VERIFIER.TRUSTED_IDENTITY', 'SIGNATURE_VERIFIER.REVOCATION_CHECK'];

/** The plugin that a signature names, found fit to judge it. */
export interface ChosenPlugin {
  readonly plugin: VerificationPlugin;
  readonly name: string;
  readonly version: string;
  /** What it can decide in our place. */
  readonly capabilities: readonly VerificationCapability[];
}

/** Whether a signature demands a plugin; a minimum version of none is a demand too, and one that nobody can meet. */
export function demandsPlugin({ attributes: { extended } }: OpenEnvelope): boolean {
  return (
    extended.size > 0 && (extended.has(attribute.verificationPlugin) || extended.has(attribute.verificationPluginMinVersion))
  );
}

/** The text of one of the two plugin attributes, which must be critical. */
function textOf({ attributes }: OpenEnvelope, name: string): string | undefined {
  const { extended, criticalExtended } = attributes;
  if (!extended.has(name)) return undefined;
  const value = extended.get(name);
  if (typeof value !== 'string' || value.trim() === '' || !criticalExtended.includes(name))
    return refuse('verification-plugin', `${name} is not a critical attribute with text in it`);
  return value;
}

async function installed(name: string, rules: EvaluateRules): Promise<VerificationPlugin> {
  if (!rules.plugins) return refuse('verification-plugin', 'the signature demands a verification plugin, and none can be run');
  const plugin = await rules.plugins.find(name);
  return plugin ?? refuse('plugin-not-installed', `the verification plugin '${name}' is not installed`);
}

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item === 'string');

/** Plugins that others wrote in this process answer what they like, whatever their types say. @throws SignError `ERR_PROTOCOL` */
function checkMetadata(name: string, metadata: PluginMetadata | undefined): PluginMetadata {
  if (metadata?.name !== name) throw new SignError('ERR_PROTOCOL', 'the verification plugin gives itself another name');
  const { version, capabilities, supportedContractVersions } = metadata;
  if (typeof version !== 'string' || !isTexts(capabilities) || !isTexts(supportedContractVersions))
    throw new SignError('ERR_PROTOCOL', 'the verification plugin does not say what it is');
  return metadata;
}

/** A version of the metadata, or of the attribute. @throws SignError */
function versionIn(text: string, reason: 'plugin-version' | 'verification-plugin', what: string): SemanticVersion {
  return parseSemanticVersion(text) ?? refuse(reason, `${what} of the verification plugin is no semantic version`);
}

function capabilitiesOf({ capabilities, supportedContractVersions }: PluginMetadata): readonly VerificationCapability[] {
  if (!supportedContractVersions.includes(contractVersion))
    refuse('plugin-version', `the verification plugin does not speak version ${contractVersion} of the contract`);
  const offered = known.filter((capability) => capabilities.includes(capability));
  return offered.length > 0
    ? offered
    : refuse('plugin-capability', 'the plugin that the signature names cannot verify signatures');
}

/**
 * Step 2 of `notation.md` §15.2, which no level softens: the plugin that the signature names is installed, new enough, and one that
 * verifies.
 */
export async function choosePlugin(result: OpenResult, open: OpenEnvelope, rules: EvaluateRules): Promise<ChosenPlugin> {
  const name = textOf(open, attribute.verificationPlugin);
  const minimum = textOf(open, attribute.verificationPluginMinVersion);
  if (name === undefined)
    return refuse('verification-plugin', 'the signature demands a version of a plugin that it does not name');
  if (!isPluginName(name))
    return refuse('verification-plugin', `'${sanitizeText(name, 80)}' is not a name that a plugin may have`);
  const least = minimum === undefined ? undefined : versionIn(minimum, 'verification-plugin', 'the minimum version');
  const plugin = await installed(name, rules);
  const metadata = checkMetadata(name, await plugin.metadata(callOf(rules)));
  const version = versionIn(metadata.version, 'plugin-version', 'the version');
  if (least && compareSemanticVersions(version, least) < 0)
    refuse('plugin-version', `the signature demands version ${sanitizeText(String(minimum), 80)} of its verification plugin`);
  const capabilities = capabilitiesOf(metadata);
  result.plugin = { name, version: metadata.version, capabilities };
  return { plugin, name, version: metadata.version, capabilities };
}
