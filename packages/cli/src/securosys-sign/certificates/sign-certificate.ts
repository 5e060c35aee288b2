import type { KeyBackend, KeyInfo } from '@securosys/core';
import { checkAssurance } from '../../backends/check-assurance.js';
import { claimsOf } from '../../config/setting-values.js';
import { type SignOnce, signOnce } from '../../notation/sign-once.js';
import type { CommandOption } from '../command.js';
import type { CommandContext } from '../context.js';
import { withBackend } from '../keys/open-keys.js';
import { type NamedKey, namedKey } from '../open/key-settings.js';
import { backendOptions } from '../open/open-backend.js';
import { openGuards } from '../open/open-guards.js';
import { keyOptions, pendingStore, sameCommand } from '../open/open-signer.js';
import { claimsFor, signingOptions, watchApprovals } from '../open/signing.js';

/** Options of commands that have a key sign something about itself. */
export const certificateOptions: readonly CommandOption[] = [
  ...keyOptions.filter(({ name }) => name !== 'chain'),
  { name: 'subject', value: 'name', describe: 'most specific part first: CN=release,O=Example,ST=Zurich,C=CH' },
  { name: 'output', value: 'path', describe: 'file for it, PEM; default: stdout' },
  { name: 'force', describe: 'replace that file' },
  ...signingOptions.filter(({ name }) => name === 'reason' || name === 'claim'),
  ...backendOptions,
];

/** What a key is to sign about itself. */
export type CertificateWork = Pick<SignOnce, 'identity' | 'format'> & {
  /** For people: `certificate of CN=release`. */
  readonly name: string;
  prepare(key: KeyInfo): ReturnType<SignOnce['prepare']>;
  /** What becomes of it; when that fails, the same command gets it again, and nobody is asked again. */
  keep(der: Uint8Array, key: KeyInfo, backend: KeyBackend): Promise<void>;
};

/**
 * Has the key of the settings sign what `work` prepares. Its bytes are kept until people have decided on them, so that the same
 * command goes on with the same request.
 * @throws SignError `ERR_APPROVAL_PENDING`, those of preparing and of signing
 */
export async function signCertificate(context: CommandContext, work: CertificateWork): Promise<void> {
  const settings = await context.settings();
  const { clock, signal } = context;
  const key: NamedKey = namedKey(settings);
  const guarding = await openGuards(context, undefined, sameCommand);
  try {
    await withBackend(context, [key], async (backend) => {
      const info = await backend.describeKey(key.ref, { signal });
      checkAssurance(info, settings.flag('allowEmulated'));
      const show = await watchApprovals(context, work.name, sameCommand);
      await signOnce({
        backend,
        key: info,
        store: pendingStore(settings, context),
        clock,
        guards: guarding.guards,
        claims: await claimsFor(context, claimsOf(settings.pick(['metaData']))),
        identity: { ...work.identity, spkiSha256: info.ref.spkiSha256 ?? '' },
        format: work.format,
        timeoutMs: settings.durationMs('approvalTimeout') ?? 0,
        signal,
        prepare: () => work.prepare(info),
        onProgress: show,
        keep: (der) => work.keep(der, info, backend),
      });
      context.waits(undefined);
      return 'ok';
    });
  } finally {
    await guarding.close();
  }
}
