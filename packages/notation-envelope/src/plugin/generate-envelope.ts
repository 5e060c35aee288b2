import {
  base64Text,
  type JsonObject,
  type KeyBackend,
  type Prepared,
  SignError,
  sha256Hex,
  systemClock,
  withBackend,
} from '@securosys/core';
import { coseMediaType, jwsMediaType, payloadType } from '../constants.js';
import { parsePayload } from '../envelope/payload.js';
import type { NotationSignature } from '../signing/signature.js';
import type { GenerateEnvelopeRequest, GenerateEnvelopeResponse } from './contract.js';
import { envelopeFormat, type NotationFormat } from './formats.js';
import { type KeySession, openKey } from './key-session.js';
import type { NotationPlugin, PluginKeyContext } from './notation-plugin.js';
import { type PendingEnvelope, pendingEnvelope } from './pending-envelope.js';
import { defaultTimeoutMs, pluginOptions } from './plugin-options.js';
import { invalidRequest } from './refusals.js';
import { bytesOf, checkVersion, choiceOf, textOf } from './request-reader.js';
import { waitForPeople } from './wait-for-people.js';

/** Longest validity that can be asked for: what RFC 3339 can write leaves no more. */
const maxExpirySeconds = 8_000 * 366 * 86_400;

/** Reads a request of `generate-envelope`. @throws ContractRefusal */
export function readEnvelopeRequest(request: JsonObject, { keyId, config }: PluginKeyContext): GenerateEnvelopeRequest {
  const version = checkVersion(request);
  if (textOf(request, 'payloadType') !== payloadType) invalidRequest(`payloadType is not ${payloadType}`);
  const { expiryDurationInSeconds: expiry } = request;
  const asked = expiry !== undefined && expiry !== null && expiry !== 0;
  if (asked && !(typeof expiry === 'number' && Number.isSafeInteger(expiry) && expiry > 0 && expiry <= maxExpirySeconds))
    invalidRequest('expiryDurationInSeconds is not a positive whole number');
  return {
    contractVersion: version,
    keyId,
    payloadType,
    signatureEnvelopeType: choiceOf(request, 'signatureEnvelopeType', [jwsMediaType, coseMediaType]),
    payload: bytesOf(request, 'payload'),
    ...(asked && { expiryDurationInSeconds: expiry as number }),
    pluginConfig: config,
  };
}

interface Work {
  readonly plugin: NotationPlugin;
  readonly context: PluginKeyContext;
  readonly request: GenerateEnvelopeRequest;
  readonly format: NotationFormat;
}

function prepareEnvelope({ plugin, request, format }: Work, session: KeySession): Prepared<NotationSignature> {
  const { expiryDurationInSeconds: expirySeconds } = request;
  return format.prepare(parsePayload(request.payload), session.formatKey, {
    clock: plugin.clock ?? systemClock,
    ...(expirySeconds !== undefined && { expirySeconds }),
  });
}

/** Keys that ask nobody need no record: a second run is a second signature, and costs nothing. */
async function envelopeToSign(
  work: Work,
  session: KeySession,
): Promise<Pick<PendingEnvelope, 'prepared'> & Partial<PendingEnvelope>> {
  const { signer, key, store } = session;
  const { plugin, request, format } = work;
  const prepare = () => prepareEnvelope(work, session);
  if (key.needsApproval === false) return { prepared: prepare() };
  const identity = {
    backend: signer.backend.id,
    spkiSha256: sha256Hex(key.spki),
    mediaType: request.signatureEnvelopeType,
    payloadSha256: sha256Hex(request.payload),
    ...(request.expiryDurationInSeconds !== undefined && { expirySeconds: request.expiryDurationInSeconds }),
  };
  return pendingEnvelope({ store, format, now: (plugin.clock ?? systemClock).now() }, identity, prepare);
}

/** Errors after which a later run has to start from the beginning. */
const ended = new Set([
  'ERR_APPROVAL_REJECTED',
  'ERR_APPROVAL_EXPIRED',
  'ERR_APPROVAL_CANCELLED',
  'ERR_REQUEST_FAILED',
  'ERR_REQUEST_NOT_FOUND',
  'ERR_REQUEST_STALE',
]);

async function sign(work: Work, backend: KeyBackend): Promise<NotationSignature> {
  const { plugin, context, format } = work;
  const { clock = systemClock } = plugin;
  const timestamper = await plugin.timestamper?.(context);
  if (timestamper && !format.finish)
    throw new SignError('ERR_CAPABILITY_MISSING', 'envelopes of this type cannot be timestamped');
  const session = await openKey(plugin, context, backend);
  const envelope = await envelopeToSign(work, session);
  const [part] = envelope.prepared.parts;
  if (!part) throw new SignError('ERR_PROTOCOL', 'the format has nothing to sign');
  const claims = await plugin.claims?.(context);
  const call = context.signal ? { signal: context.signal } : {};
  const { timeoutMs = defaultTimeoutMs } = pluginOptions(context.config, plugin);
  try {
    const { id, algorithm, input, domain, facts } = part;
    if (facts.expiresAt !== undefined && Date.parse(facts.expiresAt) <= clock.now())
      throw new SignError('ERR_REQUEST_STALE', 'the signature that people were asked for has expired');
    const operation = await session.signer.begin({ algorithm, input, domain, ...(claims && { claims }) }, call);
    const signature = await waitForPeople(plugin, context, { operation, facts, timeoutMs, clock });
    let artifact = envelope.prepared.assemble({ [id]: signature });
    if (timestamper && format.finish) artifact = await format.finish(artifact, { clock, timestamper, ...call });
    const stale = format.check?.(artifact, clock.now());
    if (stale) throw new SignError('ERR_REQUEST_STALE', `the signature came too late: ${stale.reason}`);
    await (envelope.finish ? envelope.finish(operation, clock.now()) : operation.release());
    return artifact;
  } catch (error) {
    if (SignError.is(error) && ended.has(error.code)) await envelope.forget?.();
    throw error;
  }
}

/** `generate-envelope` (`notation.md` §17.2): a whole signature, timestamped when the plugin is set up for it. */
export async function generateEnvelope(
  plugin: NotationPlugin,
  context: PluginKeyContext,
  json: JsonObject,
): Promise<GenerateEnvelopeResponse> {
  const request = readEnvelopeRequest(json, context);
  const format = envelopeFormat(request.signatureEnvelopeType);
  const work = { plugin, context, request, format };
  const { envelope, mediaType } = await withBackend(plugin.open(context), (backend) => sign(work, backend));
  return { signatureEnvelope: base64Text(envelope), signatureEnvelopeType: mediaType };
}
