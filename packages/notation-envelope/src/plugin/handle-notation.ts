import type { JsonObject } from '@securosys/core';
import type { PluginCommand } from './contract.js';
import { errorAnswer } from './error-answer.js';
import type { NotationPlugin, PluginContext, PluginKeyContext } from './notation-plugin.js';
import { pluginMetadata } from './plugin-metadata.js';
import { pluginOptions } from './plugin-options.js';
import { invalidRequest } from './refusals.js';
import { checkVersion, configOf, parseRequest, textOf } from './request-reader.js';

/** One start of a plugin. */
export interface NotationCall {
  /** Arguments after the program's own name: the command, and nothing else. */
  readonly argv: readonly string[];
  /** The request, JSON in UTF-8; empty counts as `{}` for `get-plugin-metadata`. */
  readonly stdin: Uint8Array;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when nobody waits for the answer any more. Requests that people decide on stay. */
  readonly signal?: AbortSignal;
}

/** What the process has to write, and its exit code. One of the texts is empty. */
export interface NotationAnswer {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: 0 | 1;
}

const commands: readonly PluginCommand[] = [
  'get-plugin-metadata',
  'describe-key',
  'generate-signature',
  'generate-envelope',
  'verify-signature',
];

/** Whether a word is a command of the contract (`notation.md` §17.2). */
export function isPluginCommand(word: string | undefined): word is PluginCommand {
  return commands.some((command) => command === word);
}

/** Each command's code is loaded by the process that was started for it, and by no other. */
async function keyCommand(plugin: NotationPlugin, context: PluginKeyContext, request: JsonObject): Promise<object> {
  switch (context.command) {
    case 'describe-key': {
      const { describeKey } = await import('./describe-key.js');
      return describeKey(plugin, context, request);
    }
    case 'generate-signature': {
      const { generateSignature } = await import('./generate-signature.js');
      return generateSignature(plugin, context, request);
    }
    default: {
      const { generateEnvelope } = await import('./generate-envelope.js');
      return generateEnvelope(plugin, context, request);
    }
  }
}

async function answerTo({ argv, stdin, env, signal }: NotationCall, plugin: NotationPlugin): Promise<object> {
  const [command] = argv;
  if (argv.length !== 1 || !isPluginCommand(command)) return invalidRequest(`the one argument is one of ${commands.join(', ')}`);
  const isMetadata = command === 'get-plugin-metadata';
  const request = isMetadata && stdin.byteLength === 0 ? {} : parseRequest(stdin);
  const config = configOf(request);
  const { mode } = pluginOptions(config, plugin);
  if (isMetadata) return pluginMetadata(plugin, mode);
  checkVersion(request);
  const context: PluginContext = { command, config, env, ...(signal && { signal }) };
  if (command === 'verify-signature') {
    const { verifySignature } = await import('./verify-signature.js');
    return verifySignature(plugin, context, request);
  }
  return keyCommand(plugin, { ...context, keyId: textOf(request, 'keyId', 1_024) }, request);
}

/**
 * Answers one command of Notation's plugin contract (`notation.md` §17) with a key backend behind it. Pure but for what the plugin
 * itself does, and never throws: errors become the contract's error object.
 *
 * @example
 * ```ts
 * import { createMemoryBackend } from '@securosys/core/memory';
 * import { handleNotation } from '@securosys/notation-envelope';
 *
 * const plugin = {
 *   name: 'example',
 *   version: '1.0.0',
 *   description: 'Keys in memory',
 *   url: 'https://example.com',
 *   open: () => createMemoryBackend(),
 *   keyRef: ({ keyId }: { keyId: string }) => ({ label: keyId }),
 * };
 * const { stdout, exitCode } = await handleNotation({ argv: ['get-plugin-metadata'], stdin: new Uint8Array(), env: {} }, plugin);
 * ```
 */
export async function handleNotation(call: NotationCall, plugin: NotationPlugin): Promise<NotationAnswer> {
  try {
    return { stdout: JSON.stringify(await answerTo(call, plugin)), stderr: '', exitCode: 0 };
  } catch (error) {
    return { stdout: '', stderr: JSON.stringify(errorAnswer(error)), exitCode: 1 };
  }
}
