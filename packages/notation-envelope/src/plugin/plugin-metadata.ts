import { contractVersion, type PluginCapability, type PluginMetadata } from './contract.js';
import type { NotationPlugin } from './notation-plugin.js';
import type { SigningMode } from './plugin-options.js';

/**
 * What a plugin says of itself. Never both ways of signing: hosts that are offered both take RAW, whose bytes hold the signing time, so
 * that a run after a time-out would ask people about other bytes.
 */
export function pluginMetadata(plugin: NotationPlugin, mode: SigningMode): PluginMetadata {
  const { name, description, version, url } = plugin;
  const capabilities: PluginCapability[] = [
    mode === 'raw' ? 'SIGNATURE_GENERATOR.RAW' : 'SIGNATURE_GENERATOR.ENVELOPE',
    'SIGNATURE_VERIFIER.TRUSTED_IDENTITY',
  ];
  if (plugin.revocation) capabilities.push('SIGNATURE_VERIFIER.REVOCATION_CHECK');
  return { name, description, version, url, supportedContractVersions: [contractVersion], capabilities };
}
