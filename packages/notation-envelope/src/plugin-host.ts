import { type CallOptions, invalidArgument, knownOptions } from '@securosys/core';
import type { PluginCommand, PluginConfig, VerificationPlugin, VerificationPlugins } from '@securosys/notation-envelope';
import { answerOf, metadataOf, verdictsOf } from './plugin-host/answers.js';
import { checkPluginFolder, checkPluginName, pluginFile } from './plugin-host/plugin-file.js';
import { metadataJson, verifyJson } from './plugin-host/requests.js';
import { type PluginLimits, runPlugin } from './plugin-host/run-plugin.js';

/** Where plugins lie, and what they may do. */
export interface PluginHostOptions {
  /** Absolute path; plugins are `{folder}/plugins/{name}/notation-{name}`. Notation's own is `NOTATION_LIBEXEC`, else its config folder. */
  readonly folder: string;
  /** What plugins find in their environment. Default: what a program needs to run at all and to find Notation's folders, no secrets. */
  readonly env?: Readonly<Record<string, string>>;
  /** `pluginConfig` of every request. */
  readonly pluginConfig?: PluginConfig;
  /** How long one start may take, in milliseconds. Default 60,000. */
  readonly timeoutMs?: number;
  /** Most bytes on stdout, and on stderr. Default 1 MiB. */
  readonly maxOutputBytes?: number;
}

/** Names that are passed on when nothing is said: none of them holds a secret. */
const harmless = [
  ...['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME'],
  ...['NOTATION_CONFIG', 'NOTATION_LIBEXEC', 'NOTATION_CACHE'],
  ...['SystemRoot', 'APPDATA', 'LOCALAPPDATA', 'TEMP', 'USERPROFILE'],
];

function usualEnvironment(): Record<string, string> {
  const entries = harmless.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

function positive(value: number, name: string): number {
  return Number.isSafeInteger(value) && value > 0 && value < 2 ** 31
    ? value
    : invalidArgument(`${name} is not a positive whole number`);
}

/**
 * Runs the verification plugins of other people as Notation does (`notation.md` §17), but by strict names only, without a shell, without
 * following links, in their own folder, with a bare environment and within limits (S28). Nothing is started before it is asked for.
 *
 * @example
 * ```ts
 * import { createPluginHost } from '@securosys/notation-envelope/plugin-host';
 * const plugins = createPluginHost({ folder: '/home/ci/.config/notation' });
 * const plugin = await plugins.find('com.example.policy');
 * const metadata = await plugin?.metadata();
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function createPluginHost(options: PluginHostOptions): VerificationPlugins {
  knownOptions('createPluginHost', options, ['folder', 'env', 'pluginConfig', 'timeoutMs', 'maxOutputBytes']);
  const folder = checkPluginFolder(options.folder);
  const { pluginConfig, env } = options;
  const limits: PluginLimits = {
    timeoutMs: positive(options.timeoutMs ?? 60_000, 'timeoutMs'),
    maxOutputBytes: positive(options.maxOutputBytes ?? 1024 * 1024, 'maxOutputBytes'),
  };

  function pluginAt(path: string, name: string): VerificationPlugin {
    const ask = async (command: PluginCommand, stdin: string, call: CallOptions) => {
      const { timeoutMs = limits.timeoutMs } = call;
      const bounds = { ...limits, timeoutMs: Math.min(positive(timeoutMs, 'timeoutMs'), limits.timeoutMs) };
      const run = await runPlugin(path, { command, stdin, env: { ...(env ?? usualEnvironment()) } }, bounds, call);
      return answerOf(name, run);
    };
    return {
      metadata: async (call = {}) => metadataOf(name, await ask('get-plugin-metadata', metadataJson(pluginConfig), call)),
      verifySignature: async (request, call = {}) => {
        const whole = { ...request, ...(pluginConfig && { pluginConfig: { ...request.pluginConfig, ...pluginConfig } }) };
        return verdictsOf(name, request, await ask('verify-signature', verifyJson(whole), call));
      },
    };
  }

  return {
    find: async (name) => {
      const path = await pluginFile(folder, checkPluginName(name));
      return path === undefined ? undefined : pluginAt(path, name);
    },
  };
}
