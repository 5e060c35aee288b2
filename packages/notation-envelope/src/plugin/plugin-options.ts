import { sanitizeText } from '@securosys/core';
import type { PluginConfig } from './contract.js';
import type { NotationPlugin } from './notation-plugin.js';
import { invalidRequest } from './refusals.js';

/** How the host lets the plugin sign: envelopes that the plugin builds, or bytes that the host builds one around. */
export type SigningMode = 'envelope' | 'raw';

/** What every plugin of ours takes in `pluginConfig`. */
export interface PluginOptions {
  readonly mode: SigningMode;
  /** How long to wait for people, in milliseconds; absent: nothing was said. */
  readonly timeoutMs?: number;
}

/** How long envelopes wait for people when nothing is said. */
export const defaultTimeoutMs = 10 * 60_000;

const commonNames = ['mode', 'timeout'];
const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function milliseconds(text: string): number {
  const [, number, unit] = /^(0|[1-9][0-9]{0,5})([smhd])$/.exec(text) ?? [];
  if (number === undefined || unit === undefined)
    return invalidRequest('timeout is not a duration such as 0s, 90s, 10m, 2h or 3d');
  return Number(number) * (units[unit] as number);
}

/**
 * Reads the options that every plugin has, and refuses names that nobody knows: a misspelt one would change what happens (S24).
 * @throws ContractRefusal `VALIDATION_ERROR`
 */
export function pluginOptions(config: PluginConfig, { configNames = [] }: Pick<NotationPlugin, 'configNames'>): PluginOptions {
  const known = [...commonNames, ...configNames];
  for (const name of Object.keys(config))
    if (!known.includes(name))
      invalidRequest(`unknown name in pluginConfig: '${sanitizeText(name, 60)}'; known are ${known.join(', ')}`);
  const { mode = 'envelope', timeout } = config;
  if (mode !== 'envelope' && mode !== 'raw') return invalidRequest("mode is 'envelope' or 'raw'");
  return { mode, ...(timeout !== undefined && { timeoutMs: milliseconds(timeout) }) };
}
