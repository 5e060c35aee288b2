import { type Claims, createSigner, type KeyInfo, SignError, type Signer } from '@securosys/core';
import { dctFormat } from '@securosys/dct';
import { certificateFormat } from '@securosys/pki';
import { claimsOf } from '../../config/setting-values.js';
import type { CommandOption } from '../command.js';
import type { CommandContext } from '../context.js';
import { namedKey } from '../open/key-settings.js';
import { openBackend } from '../open/open-backend.js';
import { openGuards } from '../open/open-guards.js';
import { keyOptions, pendingStore, sameCommand } from '../open/open-signer.js';
import { claimsFor } from '../open/signing.js';

/** Options of commands that publish metadata: several keys may have to sign one update. */
export const partKeyOptions: readonly CommandOption[] = keyOptions
  .filter(({ name }) => name !== 'chain')
  .map((option) => (option.name === 'key' ? { ...option, many: true } : option));

/** Keys that sign parts of an update, each those that wait for it. */
export interface PartSigners {
  readonly keys: readonly { readonly name: string; readonly info: KeyInfo; readonly signer: Signer }[];
  readonly claims: Claims;
  /** @throws SignError `ERR_KEY_NOT_USABLE` when no key that was named is this one */
  signerOf(spkiSha256: string | undefined, part: string): Signer;
  close(): Promise<void>;
}

/**
 * Opens keys by their names, with every guard of the settings.
 * @param names those of the command line; none: the key of the settings
 * @throws SignError `ERR_INVALID_ARGUMENT`, those of the backend
 */
export async function openPartSigners(context: CommandContext, names: readonly string[]): Promise<PartSigners> {
  const settings = await context.settings();
  const named = names.length === 0 ? [namedKey(settings)] : [...new Set(names)].map((name) => namedKey(settings, name));
  const guarding = await openGuards(context, undefined, sameCommand);
  const opened: { close(): Promise<void> }[] = [guarding];
  const close = async (): Promise<void> => {
    for (const one of opened.splice(0).reverse()) await one.close();
  };
  try {
    const backend = await openBackend(context, named);
    opened.push(backend);
    const common = { store: pendingStore(settings, context), clock: context.clock, guards: guarding.guards };
    const keys = await Promise.all(
      named.map(async ({ name, ref }) => {
        const formats = [dctFormat, certificateFormat];
        const signer = createSigner(backend, ref, { ...common, formats, allowCertificates: true });
        return { name, signer, info: await signer.describe({ signal: context.signal }) };
      }),
    );
    return {
      keys,
      claims: await claimsFor(context, claimsOf(settings.pick(['metaData']))),
      signerOf: (spkiSha256, part) => {
        const key = keys.find(({ info }) => info.ref.spkiSha256 === spkiSha256);
        if (key) return key.signer;
        throw new SignError('ERR_KEY_NOT_USABLE', `${part} is signed by the key sha256:${spkiSha256}, which none of --key is`);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
