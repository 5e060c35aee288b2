import { base64Bytes, isJsonObject, type JsonObject, type JsonValue, parseJsonObject, SignError } from '@securosys/core';
import { contractVersion, type PluginConfig } from './contract.js';
import { ContractRefusal, invalidRequest } from './refusals.js';

/** Largest request in bytes: a payload of 4 MiB in base64, and room for the rest. */
const maxRequestBytes = 8 * 1024 * 1024;
const maxConfigEntries = 64;
const maxConfigText = 4_096;

/**
 * Reads what a host writes to stdin, strictly: a member twice is refused. Members that are not known are ignored, as the contract
 * demands (`notation.md` §17.1).
 */
export function parseRequest(stdin: Uint8Array): JsonObject {
  try {
    return parseJsonObject(stdin, { what: 'request', maxBytes: maxRequestBytes, maxValues: 10_000 });
  } catch (error) {
    if (SignError.is(error)) return invalidRequest(error.message);
    throw error;
  }
}

/** @throws ContractRefusal `VALIDATION_ERROR`, `UNSUPPORTED_CONTRACT_VERSION` */
export function checkVersion(request: JsonObject): string {
  const version = textOf(request, 'contractVersion');
  if (version !== contractVersion)
    throw new ContractRefusal(
      'UNSUPPORTED_CONTRACT_VERSION',
      `this plugin speaks version ${contractVersion} of the plugin contract`,
    );
  return version;
}

/** A text that is there and not empty. */
export function textOf(object: JsonObject, name: string, maxLength = 4_096): string {
  const value = object[name];
  if (value === undefined) return invalidRequest(`${name} is missing`);
  if (typeof value !== 'string' || value === '') return invalidRequest(`${name} is not a text`);
  return value.length > maxLength ? invalidRequest(`${name} is over ${maxLength} characters`) : value;
}

/** One of some texts. */
export function choiceOf<T extends string>(object: JsonObject, name: string, choices: readonly T[]): T {
  const value = textOf(object, name);
  return choices.find((choice) => choice === value) ?? invalidRequest(`${name} is none of ${choices.join(', ')}`);
}

/** Bytes in standard base64 with padding. */
export function bytesOf(object: JsonObject, name: string): Uint8Array {
  const value = object[name];
  if (typeof value !== 'string' || value === '') return invalidRequest(`${name} is missing`);
  return decoded(value, name);
}

function decoded(value: string, name: string): Uint8Array {
  try {
    return base64Bytes(value, name);
  } catch (error) {
    if (SignError.is(error)) return invalidRequest(`${name} is not canonical base64`);
    throw error;
  }
}

/** An object that has to be there. */
export function objectOf(object: JsonObject, name: string): JsonObject {
  const value = object[name];
  return isJsonObject(value) ? value : invalidRequest(`${name} is not an object`);
}

/** A list of texts; absent and `null` are the empty one, which is how Go writes it. */
export function textsOf(object: JsonObject, name: string, most: number): string[] {
  const value: JsonValue | undefined = object[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return invalidRequest(`${name} is not a list`);
  if (value.length > most) return invalidRequest(`${name} has over ${most} entries`);
  return value.map((one) => (typeof one === 'string' ? one : invalidRequest(`${name} holds something else than texts`)));
}

/** A list of bytes in base64. */
export function byteListOf(object: JsonObject, name: string, most: number): Uint8Array[] {
  return textsOf(object, name, most).map((text) => decoded(text, name));
}

/** `pluginConfig`, which is absent when it is empty. */
export function configOf(request: JsonObject): PluginConfig {
  const value = request.pluginConfig;
  if (value === undefined || value === null) return {};
  if (!isJsonObject(value)) return invalidRequest('pluginConfig is not an object');
  const entries = Object.entries(value);
  if (entries.length > maxConfigEntries) return invalidRequest(`pluginConfig has over ${maxConfigEntries} entries`);
  for (const [, text] of entries)
    if (typeof text !== 'string' || text.length > maxConfigText)
      invalidRequest('pluginConfig holds something else than short texts');
  return Object.assign(Object.create(null), Object.fromEntries(entries)) as PluginConfig;
}
