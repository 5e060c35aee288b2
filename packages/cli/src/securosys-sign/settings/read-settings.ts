import { join, resolve } from 'node:path';
import { invalidArgument, type JsonObject, type JsonValue, sanitizeText, utf8Text } from '@securosys/core';
import { readConfigFile } from '../../config/config-file.js';
import type { Environment } from '../../config/environment.js';
import { userFolder } from '../../config/user-folder.js';
import type { Command } from '../command.js';
import { suggestion } from '../nearest.js';
import type { TypedWords } from '../parse-words.js';
import { parseConfig } from './parse-config.js';
import { fromEnvironment, secretMembers, settingTable, variableOf } from './setting-table.js';
import { type SettingSource, type Settings, settingsOver } from './settings.js';

/** What settings are read from. */
export interface SettingsInput {
  readonly env: Environment;
  /** Folder that typed paths are taken from. */
  readonly folder: string;
  readonly words: TypedWords;
  readonly command: Pick<Command, 'options'>;
}

const prefix = 'SECUROSYS_SIGN_';
/** Variables that are no members of a configuration. */
const otherVariables = [`${prefix}CONFIG`];

/** Names that nobody knows are refused: a misspelt one would change what happens. */
function checkNames(file: JsonObject, env: Environment): void {
  const members = Object.keys(settingTable);
  for (const name of Object.keys(file))
    if (!members.includes(name))
      invalidArgument(`the configuration has no member '${sanitizeText(name, 60)}'${suggestion(name, members)}`);
  const variables = [
    ...otherVariables,
    ...members.filter((name) => fromEnvironment(settingTable[name] as never)).map(variableOf),
  ];
  for (const name of Object.keys(env))
    if (name.startsWith(prefix) && !variables.includes(name))
      invalidArgument(`there is no variable ${sanitizeText(name, 80)}${suggestion(name, variables)}`);
}

async function fileOf({ env, folder, words }: SettingsInput): Promise<JsonObject> {
  const { config } = words.options;
  const typed = typeof config === 'string' ? resolve(folder, config) : undefined;
  const named = typed ?? (env[`${prefix}CONFIG`] || undefined);
  const usual = userFolder(env, 'sign');
  const places = usual === undefined ? [] : ['config.json', 'config.yaml', 'config.yml'].map((name) => join(usual, name));
  return (await readConfigFile({ named, usual: places, parse: parseConfig, secretMembers })) ?? {};
}

/** What the environment says, in the forms that a file has. */
function environmentOf(env: Environment): Map<string, SettingSource> {
  const found = new Map<string, SettingSource>();
  for (const [member, spec] of Object.entries(settingTable)) {
    if (!fromEnvironment(spec)) continue;
    const name = [variableOf(member), ...(spec.alias === undefined ? [] : [spec.alias])].find((variable) => env[variable]);
    const text = name === undefined ? undefined : env[name];
    if (name === undefined || text === undefined) continue;
    const many = spec.kind === 'list' || spec.kind === 'paths';
    const value: JsonValue = many ? text.split(',').map((one) => one.trim()) : spec.kind === 'flag' ? flag(text, name) : text;
    found.set(member, { value, from: 'environment', name });
  }
  return found;
}

function flag(text: string, name: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return invalidArgument(`${name} is true or false`);
}

/** What was typed: paths are those of the folder that it was typed in. */
function typedOf({ folder, words, command }: SettingsInput): Map<string, SettingSource> {
  const found = new Map<string, SettingSource>();
  for (const { name, setting } of command.options ?? []) {
    const value = words.options[name];
    if (setting === undefined || value === undefined) continue;
    const spec = settingTable[setting];
    const isPath = spec?.kind === 'path' || spec?.kind === 'paths';
    const texts = (value === true ? [] : [value].flat()).map((one) => (isPath ? resolve(folder, one) : one));
    const many = spec?.kind === 'list' || spec?.kind === 'paths';
    found.set(setting, { value: value === true ? true : many ? texts : (texts[0] ?? ''), from: 'typed', name: `--${name}` });
  }
  return found;
}

/**
 * Settings: what was typed, then the environment, then the file; the file is `--config`, else `SECUROSYS_SIGN_CONFIG`, else
 * `securosys/sign/config.json` (`.yaml`, `.yml`) in the user's configuration. Never one of the working directory (S28).
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`, and those of reading files
 */
export async function readSettings(input: SettingsInput): Promise<Settings> {
  const file = await fileOf(input);
  checkNames(file, input.env);
  const sources = new Map<string, SettingSource>();
  for (const [name, value] of Object.entries(file)) sources.set(name, { value, from: 'file', name });
  for (const found of [environmentOf(input.env), typedOf(input)]) for (const [name, source] of found) sources.set(name, source);
  // A token of a nearer source replaces a token file of a farther one, and the other way round: side by side they would be refused.
  const order = ['file', 'environment', 'typed'];
  const nearness = (name: string): number => order.indexOf(sources.get(name)?.from ?? '');
  for (const [one, other] of [
    ['token', 'tokenFile'],
    ['keyPassword', 'keyPasswordFile'],
    ['approverKey', 'approverKeyFile'],
    ['approverKeyPassword', 'approverKeyPasswordFile'],
    ['pinFile', 'pinEnv'],
    ['uri', 'tokenLabel'],
  ] as const) {
    if (nearness(one) < 0 || nearness(other) < 0 || nearness(one) === nearness(other)) continue;
    sources.delete(nearness(one) < nearness(other) ? one : other);
  }
  return settingsOver(sources);
}

/** Text of a file with a secret, without the line end that editors add. */
export const secretText = (bytes: Uint8Array, what: string): string => utf8Text(bytes, what).replace(/\r?\n$/, '');
