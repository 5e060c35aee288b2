import {
  base64Text,
  classifySigningBytes,
  type JsonObject,
  type KeyBackend,
  SignError,
  systemClock,
  withBackend,
} from '@securosys/core';
import type { ContractKeySpec, GenerateSignatureRequest, GenerateSignatureResponse } from './contract.js';
import { notationFormats } from './formats.js';
import { type KeySession, openKey } from './key-session.js';
import { contractKeySpecs } from './key-specs.js';
import type { NotationPlugin, PluginKeyContext } from './notation-plugin.js';
import { pluginOptions } from './plugin-options.js';
import { invalidRequest } from './refusals.js';
import { bytesOf, checkVersion, choiceOf } from './request-reader.js';
import { waitForPeople } from './wait-for-people.js';

/** Reads a request of `generate-signature`. @throws ContractRefusal */
export function readSignatureRequest(request: JsonObject, { keyId, config }: PluginKeyContext): GenerateSignatureRequest {
  return {
    contractVersion: checkVersion(request),
    keyId,
    keySpec: choiceOf(request, 'keySpec', [...contractKeySpecs.keys()] as ContractKeySpec[]),
    hashAlgorithm: choiceOf(request, 'hashAlgorithm', ['SHA-256', 'SHA-384', 'SHA-512']),
    payload: bytesOf(request, 'payload'),
    pluginConfig: config,
  };
}

/** A host that expects another key or hash than there is would put a signature into an envelope that says something else. */
function checkKey({ contract }: KeySession, { keySpec, hashAlgorithm }: GenerateSignatureRequest): void {
  if (contract.keySpec !== keySpec) invalidRequest(`the key is ${contract.keySpec}, and ${keySpec} was asked for`);
  if (contract.hashAlgorithm !== hashAlgorithm) invalidRequest(`a key of type ${keySpec} signs with ${contract.hashAlgorithm}`);
}

/**
 * What the bytes say. Anything but the signing input of a Notary envelope is refused: this door signs for Notation and nobody else (S9).
 * @throws SignError `ERR_CROSS_PROTOCOL`
 */
function explain(payload: Uint8Array) {
  const domain = classifySigningBytes(payload);
  for (const format of domain === 'jws' || domain === 'cose-sign' ? notationFormats : []) {
    const facts = format.explain(payload);
    if (facts) return { domain, facts } as const;
  }
  throw new SignError('ERR_CROSS_PROTOCOL', 'the payload is not what a Notary signature is made over', {
    details: { ...(domain && { domain }) },
  });
}

async function sign(
  plugin: NotationPlugin,
  context: PluginKeyContext,
  request: GenerateSignatureRequest,
  backend: KeyBackend,
): Promise<GenerateSignatureResponse> {
  const { domain, facts } = explain(request.payload);
  const session = await openKey(plugin, context, backend);
  checkKey(session, request);
  const { signer, key, contract, chain } = session;
  const { timeoutMs } = pluginOptions(context.config, plugin);
  if (key.needsApproval !== false && timeoutMs === undefined)
    invalidRequest(
      'people have to approve this key, and raw payloads change with every run: leave out mode=raw, or say with timeout=<duration> how long to wait for them in this one',
    );
  const claims = await plugin.claims?.(context);
  const { algorithm, signingAlgorithm } = contract;
  const call = context.signal ? { signal: context.signal } : {};
  const operation = await signer.begin(
    { algorithm, input: { message: request.payload }, domain, ...(claims && { claims }) },
    call,
  );
  const waiting = { operation, facts, timeoutMs: timeoutMs ?? 0, clock: plugin.clock ?? systemClock };
  try {
    const signature = await waitForPeople(plugin, context, waiting);
    await operation.release();
    return {
      keyId: context.keyId,
      signature: base64Text(signature),
      signingAlgorithm,
      certificateChain: chain.map((der) => base64Text(der)),
    };
  } catch (error) {
    // No later run will ask for these bytes again: a request that stays would only be decided for nothing.
    await operation.cancel().catch(() => undefined);
    throw SignError.is(error, 'ERR_APPROVAL_PENDING') ? gaveUp(error) : error;
  }
}

function gaveUp(error: SignError): SignError {
  return new SignError('ERR_TIMEOUT', 'people did not approve in time, and the request was withdrawn', {
    cause: error,
    details: error.details,
  });
}

/** `generate-signature` (`notation.md` §17.2): signs the bytes that the host will build an envelope around. */
export async function generateSignature(
  plugin: NotationPlugin,
  context: PluginKeyContext,
  json: JsonObject,
): Promise<GenerateSignatureResponse> {
  const request = readSignatureRequest(json, context);
  return withBackend(plugin.open(context), (backend) => sign(plugin, context, request, backend));
}
