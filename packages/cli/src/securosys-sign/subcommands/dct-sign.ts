import { invalidArgument } from '@securosys/core';
import { prepareTags } from '@securosys/dct';
import type { Command } from '../command.js';
import { publishDetached, readUpdateFile, writeUpdate } from '../content-trust/detached-update.js';
import { openPartSigners, partKeyOptions } from '../content-trust/part-signers.js';
import { runUpdate, showUpdate, type UpdateWork } from '../content-trust/run-update.js';
import { baseOf } from '../content-trust/stored-update.js';
import { changesJson, tagChanges } from '../content-trust/tag-changes.js';
import type { CommandContext } from '../context.js';
import { backendOptions } from '../open/open-backend.js';
import { gunOf, notaryOptions, type OpenNotary, openNotary } from '../open/open-notary.js';
import { registryOptions } from '../open/open-oci.js';
import { publicKeyOf } from '../open/public-keys.js';
import { signingOptions } from '../open/signing.js';

/** Writes what is to be signed, for a key that is elsewhere. */
async function prepareElsewhere(context: CommandContext, notary: OpenNotary, file: string): Promise<void> {
  const { words, clock, signal } = context;
  const key = words.text('public-key') ?? invalidArgument('dct sign --prepare: whose key signs? give --public-key');
  const changes = await tagChanges(context, notary.gun);
  const publicKey = publicKeyOf(await context.readFile(key, '--public-key'), '--public-key');
  const repository = await notary.trust.repository(notary.gun, clock, { signal });
  const prepared = prepareTags(repository, changes, { publicKey, pkcs1: words.flag('pkcs1') });
  await writeUpdate(context, file, { prepared, base: baseOf(repository) }, notary.gun);
}

async function signHere(context: CommandContext, notary: OpenNotary, complete: string | undefined): Promise<void> {
  const { words } = context;
  const update = complete === undefined ? undefined : await readUpdateFile(context, complete, notary.gun);
  if (update && words.list('signature').length > 0)
    return showUpdate(context, notary.gun, await publishDetached(context, notary, update), 'published');
  const pkcs1 = words.flag('pkcs1');
  const changes = update ? {} : await tagChanges(context, notary.gun);
  const signers = await openPartSigners(context, words.list('key'));
  try {
    const [key] = signers.keys;
    if (!key || signers.keys.length > 1) invalidArgument('dct sign: one --key signs tags');
    const work: UpdateWork = update
      ? { change: { complete: update.prepared.toJSON() }, prepare: () => update.prepared, base: update.base }
      : {
          change: { tags: changesJson(changes), pkcs1 },
          prepare: (repository) =>
            prepareTags(repository ?? invalidArgument(`${notary.gun} has no trust data: dct init makes it`), changes, {
              publicKey: key?.info.spki as Uint8Array,
              pkcs1,
            }),
        };
    showUpdate(context, notary.gun, await runUpdate(context, notary, signers, work), 'signed');
  } finally {
    await signers.close();
  }
}

/** `dct sign`. */
export const command: Command = {
  describe:
    'Signs tags for Docker Content Trust with a delegation key: what the registry has under them now goes into targets/releases and into the roles of that key, all at once, and is read back. While people decide it ends with exit code 75; run again, it goes on with the same approvals, unless somebody else has published meanwhile (76).',
  arguments: [{ name: 'image', describe: 'registry.example/team/app:1.4; without a tag for --remove and --prolong', many: true }],
  options: [
    ...notaryOptions,
    { name: 'remove', value: 'tag', many: true, describe: 'revoke this tag' },
    { name: 'prolong', describe: 'sign what is there anew, before it expires' },
    { name: 'prepare', value: 'path', describe: 'write what is to be signed, for a key elsewhere' },
    { name: 'public-key', value: 'path', describe: 'with --prepare: that key, PEM' },
    { name: 'force', describe: 'with --prepare: replace the file' },
    { name: 'complete', value: 'path', describe: 'publish what --prepare has written' },
    { name: 'signature', value: 'part=path', many: true, describe: 'with --complete: made elsewhere; without it, --key signs' },
    { name: 'pkcs1', describe: 'for RSA keys that cannot do PSS' },
    ...partKeyOptions,
    ...signingOptions.filter(({ name }) => !name.startsWith('timestamp')),
    ...backendOptions,
    ...registryOptions,
  ],
  examples: [
    'securosys-sign dct sign --server https://notary.example --root root.pem --key ci registry.example/team/app:1.4',
    'securosys-sign dct sign --prepare app.json --public-key ci.pub registry.example/team/app:1.4',
    'securosys-sign dct sign --complete app.json --signature targets/releases=releases.sig --signature targets/ci=ci.sig registry.example/team/app',
  ],
  run: async (context) => {
    const { words } = context;
    const [prepare, complete] = [words.text('prepare'), words.text('complete')];
    if (prepare !== undefined && complete !== undefined) invalidArgument('dct sign: --prepare, or --complete');
    const notary = await openNotary(context, gunOf(words.arguments[0] ?? ''));
    try {
      if (prepare === undefined) await signHere(context, notary, complete);
      else await prepareElsewhere(context, notary, prepare);
    } finally {
      await notary.close();
    }
    return 'ok';
  },
};
