import { isJsonObject, type JsonObject, parseJsonObject, SignError, sanitizeText, utf8Text } from '@securosys/core';
import {
  contractVersion,
  type PluginMetadata,
  type VerificationResult,
  type VerifySignatureRequest,
  type VerifySignatureResponse,
} from '../plugin/contract.js';
import type { PluginRun } from './run-plugin.js';

const maxAnswerValues = 10_000;

function broken(name: string, why: string, cause?: unknown): never {
  throw new SignError('ERR_PROTOCOL', `plugin ${name}: ${why}`, cause === undefined ? {} : { cause });
}

/** What a failing plugin says of itself: foreign text, made safe to show. */
function failure(name: string, { exitCode, stderr }: PluginRun): never {
  let error: JsonObject | undefined;
  try {
    error = parseJsonObject(stderr, { what: 'error of the plugin', maxValues: maxAnswerValues });
  } catch (cause) {
    return broken(name, `it failed with exit code ${exitCode} and no error object`, cause);
  }
  const { errorCode, errorMessage } = error;
  const upstreamName = typeof errorCode === 'string' ? sanitizeText(errorCode, 80) : undefined;
  const message = typeof errorMessage === 'string' ? sanitizeText(errorMessage, 400) : 'it failed and does not say why';
  throw new SignError('ERR_REQUEST_FAILED', `plugin ${name}: ${message}`, {
    details: { ...(upstreamName !== undefined && { upstreamName }) },
  });
}

/** The answer of a plugin that ended well. @throws SignError `ERR_PROTOCOL`, `ERR_REQUEST_FAILED` */
export function answerOf(name: string, run: PluginRun): JsonObject {
  if (run.exitCode !== 0) return failure(name, run);
  try {
    return parseJsonObject(utf8Text(run.stdout, 'answer'), { what: 'answer of the plugin', maxValues: maxAnswerValues });
  } catch (cause) {
    return broken(name, 'its answer is not one JSON object', cause);
  }
}

function textsOf(name: string, answer: JsonObject, member: string): string[] {
  const value = answer[member];
  if (!Array.isArray(value) || value.length > 1_000) return broken(name, `${member} is not a list`);
  return value.map((one) => (typeof one === 'string' ? one : broken(name, `${member} holds something else than texts`)));
}

function textOf(name: string, answer: JsonObject, member: string): string {
  const value = answer[member];
  return typeof value === 'string' && value !== '' && value.length <= 4_096 ? value : broken(name, `${member} is no text`);
}

/** Reads the answer of `get-plugin-metadata`: every member is required, and the name is that of the file (`notation.md` §17.2). */
export function metadataOf(name: string, answer: JsonObject): PluginMetadata {
  const metadata: PluginMetadata = {
    name: textOf(name, answer, 'name'),
    description: textOf(name, answer, 'description'),
    version: textOf(name, answer, 'version'),
    url: textOf(name, answer, 'url'),
    supportedContractVersions: textsOf(name, answer, 'supportedContractVersions'),
    capabilities: textsOf(name, answer, 'capabilities'),
  };
  if (metadata.name !== name) broken(name, 'it calls itself by another name');
  if (!metadata.supportedContractVersions.includes(contractVersion)) broken(name, `it does not speak version ${contractVersion}`);
  if (metadata.capabilities.length === 0) broken(name, 'it can do nothing');
  return metadata;
}

function resultOf(name: string, value: JsonObject[string] | undefined): VerificationResult {
  if (!isJsonObject(value)) return broken(name, 'a verdict is missing');
  const { success, reason } = value;
  const said = typeof reason === 'string' && reason !== '' ? sanitizeText(reason, 400) : undefined;
  if (success === true) return said === undefined ? { success } : { success, reason: said };
  if (success === false && said !== undefined) return { success, reason: said };
  return broken(name, 'a verdict is neither success nor a failure with its reason');
}

/** Reads the answer of `verify-signature`: a verdict on each capability that was asked for and on no other. */
export function verdictsOf(name: string, { trustPolicy }: VerifySignatureRequest, answer: JsonObject): VerifySignatureResponse {
  const results = answer.verificationResults;
  if (!isJsonObject(results)) return broken(name, 'verificationResults is not an object');
  const asked = trustPolicy.signatureVerification;
  const verdicts = asked.map((capability) => [capability, resultOf(name, results[capability])] as const);
  if (Object.keys(results).length !== asked.length) broken(name, 'it gives a verdict that nobody asked for');
  // Go writes an empty list as null.
  const { processedAttributes } = answer;
  const none = processedAttributes === undefined || processedAttributes === null;
  return {
    verificationResults: Object.fromEntries(verdicts),
    processedAttributes: none ? [] : textsOf(name, answer, 'processedAttributes'),
  };
}
