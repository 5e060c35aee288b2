import { type Guard, invalidArgument, type KeyBackend, nodeCrypto, type SecretIntent, SignError } from '@securosys/core';
import { backendPrivateKey, jweOpener, localPrivateKey, type Opener, type PrivateKey, providerOpener } from '@securosys/sign';
import { checkAssurance } from '../../backends/check-assurance.js';
import { readNamedFile } from '../../files/read-file.js';
import type { CommandContext } from '../context.js';
import { namedKey } from './key-settings.js';
import { openBackend } from './open-backend.js';
import { pendingStore } from './open-signer.js';
import { usualProvider } from './recipients.js';

/** Who opens an image, and the backend behind it. */
export interface OpenOpeners {
  readonly openers: readonly Opener[];
  close(): Promise<void>;
}

/** A private key in a file, for those who have no HSM; its password comes from where passwords of keys come from. */
async function localKey(context: CommandContext, path: string): Promise<PrivateKey> {
  const settings = await context.settings();
  const bytes = await readNamedFile(context.path(path), 'the private key', 'private');
  const file = settings.path('keyPasswordFile');
  const passphrase =
    file === undefined
      ? settings.text('keyPassword')
      : Buffer.from(await readNamedFile(file, 'keyPasswordFile', 'private'))
          .toString('utf8')
          .replace(/\r?\n$/, '');
  try {
    return localPrivateKey(
      nodeCrypto().createPrivateKey({ key: Buffer.from(bytes), ...(passphrase !== undefined && { passphrase }) }),
    );
  } catch {
    // The platform's error may say something about the key.
    throw new SignError('ERR_MALFORMED', 'the file holds no private key in PEM, or its password is another one');
  }
}

/** Nobody should believe that the rules of the configuration hold for a key that they do not reach. */
async function warnOfFile({ settings, output }: CommandContext): Promise<void> {
  const known = await settings();
  if (['signingPolicy', 'auditLog'].some((name) => known.path(name) !== undefined))
    output.warn('a private key in a file has no guards: no signing policy judges what it opens, and no audit log holds it');
}

const nothingToClose = async (): Promise<void> => undefined;

/**
 * The keys that open an image: one of the backend (`--key`), or one in a file (`--private-key`).
 * @param guards of the key of the backend
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_EMULATOR_REFUSED`, those of the backend
 */
export async function openOpeners(context: CommandContext, guards: readonly Guard<SecretIntent>[]): Promise<OpenOpeners> {
  const { words } = context;
  const file = words.text('private-key');
  if (file !== undefined) {
    if (words.text('key') !== undefined) invalidArgument('give --key, or --private-key');
    await warnOfFile(context);
    return { openers: [jweOpener({ keys: [await localKey(context, file)] })], close: nothingToClose };
  }
  const settings = await context.settings();
  const named = namedKey(settings);
  const backend: KeyBackend = await openBackend(context, [named]);
  try {
    checkAssurance(await backend.describeKey(named.ref, { signal: context.signal }), settings.flag('allowEmulated'));
    const store = pendingStore(settings, context);
    const key = backendPrivateKey(backend, named.ref, { store, clock: context.clock, guards });
    const name = words.text('provider-name') ?? usualProvider;
    const kid = words.text('kid') ?? named.name;
    return {
      openers: [providerOpener({ name, keys: [{ kid, key }] }), jweOpener({ keys: [key] })],
      close: () => backend.close(),
    };
  } catch (error) {
    await backend.close();
    throw error;
  }
}
