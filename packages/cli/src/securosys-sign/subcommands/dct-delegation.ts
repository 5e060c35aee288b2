import { base64Text, invalidArgument } from '@securosys/core';
import { prepareSigner, prepareSignerRemoval, type SignerKey, type TrustedRepository } from '@securosys/dct';
import type { Command } from '../command.js';
import { openPartSigners, partKeyOptions } from '../content-trust/part-signers.js';
import { runUpdate, showUpdate } from '../content-trust/run-update.js';
import type { CommandContext } from '../context.js';
import { backendOptions } from '../open/open-backend.js';
import { gunOf, notaryOptions, openNotary } from '../open/open-notary.js';
import { registryOptions } from '../open/open-oci.js';
import { publicKeyOf } from '../open/public-keys.js';
import { signingOptions } from '../open/signing.js';

/** The key of a signer, by its certificate or alone. */
async function signerOf(context: CommandContext, signer: string): Promise<SignerKey> {
  const { words } = context;
  const [certificate, key, paths] = [words.text('certificate'), words.text('public-key'), words.list('path')];
  const common = { signer, ...(paths.length > 0 && { paths }) };
  if (certificate !== undefined && key === undefined)
    return { ...common, certificate: await context.readFile(certificate, '--certificate') };
  if (key !== undefined && certificate === undefined)
    return { ...common, publicKey: publicKeyOf(await context.readFile(key, '--public-key'), '--public-key') };
  return invalidArgument('dct delegation add: give --certificate, or --public-key');
}

/** `dct delegation`. */
export const command: Command = {
  describe:
    'Lets a key sign tags, in targets/<signer> and targets/releases, or takes that away; signed by the targets key. What a removed signer has put into targets/releases stays until somebody signs that role anew: dct sign --prolong.',
  arguments: [
    { name: 'action', describe: 'add or remove' },
    { name: 'repository', describe: 'registry.example/team/app' },
    { name: 'signer', describe: 'name: lower-case letters, digits, - and _' },
  ],
  options: [
    ...notaryOptions.filter(({ name }) => name !== 'registry-login-file'),
    { name: 'certificate', value: 'path', describe: 'with add: of the key, PEM or DER' },
    { name: 'public-key', value: 'path', describe: 'with add: the key itself, PEM' },
    { name: 'path', value: 'prefix', many: true, describe: 'with add: tags that it may sign begin so; default: all' },
    { name: 'pkcs1', describe: 'for RSA targets keys that cannot do PSS' },
    ...partKeyOptions,
    ...signingOptions.filter(({ name }) => !name.startsWith('timestamp')),
    ...backendOptions,
    ...registryOptions,
  ],
  examples: [
    'securosys-sign dct delegation add --server https://notary.example --root root.pem --key dct-targets --public-key ci.pub registry.example/team/app ci',
  ],
  run: async (context) => {
    const { words } = context;
    const [action = '', repository = '', signer = ''] = words.arguments;
    if (action !== 'add' && action !== 'remove') invalidArgument('dct delegation: add or remove');
    const gun = gunOf(repository);
    const pkcs1 = words.flag('pkcs1');
    const added = action === 'add' ? await signerOf(context, signer) : undefined;
    const notary = await openNotary(context, gun);
    const signers = await openPartSigners(context, words.list('key'));
    try {
      const needed = (found: TrustedRepository | undefined) =>
        found ?? invalidArgument(`${gun} has no trust data: dct init makes it`);
      const key = added?.certificate ?? added?.publicKey;
      const done = await runUpdate(context, notary, signers, {
        change: { [action]: signer, pkcs1, paths: [...(added?.paths ?? [])], ...(key && { key: base64Text(key) }) },
        prepare: (found) =>
          added ? prepareSigner(needed(found), added, { pkcs1 }) : prepareSignerRemoval(needed(found), signer, { pkcs1 }),
      });
      showUpdate(context, gun, done, action === 'add' ? `signer ${signer} added` : `signer ${signer} removed`);
      if (!added)
        context.output.note('sign targets/releases anew with dct sign --prolong: what that signer put there stays until then');
    } finally {
      await signers.close();
      await notary.close();
    }
    return 'ok';
  },
};
