import { type Guard, invalidArgument, type KeyBackend, nodeCrypto, type SecretIntent, SignError, spkiOf } from '@securosys/core';
import type { Oci } from '@securosys/oci';
import { type DecryptSettings, resumeSigningRequest, type SigningRequest } from '@securosys/sign';
import type { CommandOption } from '../command.js';
import type { CommandContext } from '../context.js';
import { programName } from '../program-name.js';
import type { Settings } from '../settings/settings.js';
import { keptChains, namedChain } from './key-chain.js';
import { configuredKeys, type NamedKey, namedKey } from './key-settings.js';
import { backendOptions, openBackend } from './open-backend.js';
import { openGuards } from './open-guards.js';
import { openOci, registryOptions } from './open-oci.js';
import { keyOptions, pendingStore } from './open-signer.js';
import { openCosignTrust, openNotationTrust, trustOptions, wantsCosign } from './open-trust.js';
import { openOpeners } from './openers.js';
import { signingOptions, timestamperOf } from './signing.js';

/** Options of commands that take up a request. */
export const resumingOptions: readonly CommandOption[] = [
  {
    name: 'target',
    value: 'repository',
    many: true,
    setting: 'targets',
    describe: 'the only repositories that may be written to',
  },
  { name: 'requester', value: 'path', describe: 'of a request file: public key that must have signed it, PEM' },
  { name: 'sha256', value: 'hex', describe: 'of a request file: its SHA-256, from somewhere else than the file' },
  ...keyOptions.filter(({ name }) => name !== 'approval-timeout'),
  ...signingOptions.filter(({ name }) => name.startsWith('timestamp')),
  ...backendOptions,
  ...registryOptions,
];

/** Options of commands that finish what decrypts. */
export const decryptingOptions: readonly CommandOption[] = [
  { name: 'decrypts', describe: 'the request decrypts images: open them with --key, believe what these options trust' },
  { name: 'kid', value: 'name', describe: 'what packets call the key; default: the name of --key' },
  { name: 'provider-name', value: 'name', describe: 'name of the key provider in ocicrypt.conf' },
  ...trustOptions.filter(({ name }) => !['allow-emulated', 'annotation'].includes(name)),
];

/** A request that was taken up, and what it stands on. */
export interface OpenRequest {
  readonly request: SigningRequest;
  close(): Promise<void>;
}

/** Every key whose chain or password is known here: a request says itself which of them it needs. */
function knownKeys(settings: Settings): readonly NamedKey[] {
  const configured = [...configuredKeys(settings).values()];
  const asked = settings.text('key') === undefined ? [] : [namedKey(settings)];
  return [...new Map([...configured, ...asked].map((key) => [key.name, key])).values()];
}

async function requesterOf(context: CommandContext): Promise<Uint8Array | undefined> {
  const path = context.words.text('requester');
  if (path === undefined) return undefined;
  const bytes = await context.readFile(path, '--requester');
  try {
    return spkiOf(nodeCrypto().createPublicKey(Buffer.from(bytes)));
  } catch {
    return invalidArgument('--requester is a file with a public key in PEM'); // the platform says no more
  }
}

/** The id of a request, or the contents of the file that was typed. */
export async function sourceOf(context: CommandContext): Promise<string | Uint8Array> {
  const [typed = ''] = context.words.arguments;
  if (/^[0-9a-f]{64}$/.test(typed)) return typed;
  try {
    return await context.readFile(typed, 'the request file', 'any');
  } catch (error) {
    if (!SignError.is(error, 'ERR_NOT_FOUND')) throw error;
    const advice = `name a request file, or an id of 64 hexadecimal digits: ${programName} request list shows them`;
    throw new SignError(error.code, error.message, { cause: error, details: { ...error.details, advice } });
  }
}

/** Who opens encrypted images, and whom to believe about them. */
export async function decryptSettings(
  context: CommandContext,
  guards: readonly Guard<SecretIntent>[],
): Promise<{ settings: DecryptSettings; close(): Promise<void> }> {
  const trust = (await wantsCosign(context)) ? await openCosignTrust(context) : await openNotationTrust(context);
  const { openers, close } = await openOpeners(context, guards);
  return { settings: { trust, openers }, close };
}

/**
 * Takes up the request that was typed, with every guard of the settings.
 * @throws SignError those of `resumeSigningRequest`
 */
export async function openRequest(context: CommandContext): Promise<OpenRequest> {
  const settings = await context.settings();
  const { words, clock, signal } = context;
  const opened: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const one of opened.splice(0).reverse()) await one.close();
  };
  try {
    const source = await sourceOf(context);
    const resume = `go on with: ${programName} request complete ${typeof source === 'string' ? source : (words.arguments[0] ?? '')}`;
    const oci: Oci = await openOci(context, await context.progress());
    opened.push(oci);
    const guarding = await openGuards(context, oci, resume);
    opened.push(guarding);
    const keys = knownKeys(settings);
    const backend: KeyBackend = await openBackend(context, keys);
    opened.push(backend);
    const decrypt = words.flag('decrypts') ? await decryptSettings(context, guarding.guards) : undefined;
    if (decrypt) opened.push(decrypt);
    const named = (await Promise.all(keys.map(namedChain))).flatMap((chain) => (chain ? [chain] : []));
    const chains = [...named, ...(await keptChains(context))];
    const targets = settings.list('targets');
    const requester = await requesterOf(context);
    const fileSha256 = words.text('sha256');
    const timestamper = await timestamperOf(context);
    const request = await resumeSigningRequest(source, {
      backend,
      store: pendingStore(settings, context),
      oci,
      guards: guarding.guards,
      chains,
      allowOpaque: keys.some(({ allowOpaque }) => allowOpaque),
      clock,
      signal,
      ...(targets.length > 0 && { targets }),
      ...(requester && { requester }),
      ...(fileSha256 !== undefined && { fileSha256 }),
      ...(timestamper && { timestamper }),
      ...(decrypt && { decrypt: decrypt.settings }),
    });
    return { request, close };
  } catch (error) {
    await close();
    throw error;
  }
}
