import { invalidArgument } from '@securosys/core';
import { prepareRepository } from '@securosys/dct';
import type { Command } from '../command.js';
import { openPartSigners, partKeyOptions } from '../content-trust/part-signers.js';
import { rootCertificate } from '../content-trust/root-certificate.js';
import { runUpdate, showUpdate } from '../content-trust/run-update.js';
import { backendOptions } from '../open/open-backend.js';
import { gunOf, notaryOptions, openNotary, openNotaryStore } from '../open/open-notary.js';
import { registryOptions } from '../open/open-oci.js';
import { signingOptions } from '../open/signing.js';

/** `dct init`. */
export const command: Command = {
  describe:
    'Sets up a repository of Docker Content Trust on a server of your own, with root and targets keys in an HSM; the server signs snapshot and timestamp. Where there is no root certificate yet, the root key issues it. For what has to stay for a while: nothing new should be built on it.',
  arguments: [{ name: 'repository', describe: 'registry.example/team/app' }],
  options: [
    ...notaryOptions.filter(({ name }) => ['server', 'root', 'notary-login-file'].includes(name)),
    { name: 'root-key', value: 'name', describe: 'key of the root: names all other keys' },
    { name: 'targets-key', value: 'name', describe: 'key of targets: adds and removes signers' },
    { name: 'pkcs1', describe: 'for RSA keys that cannot do PSS' },
    ...partKeyOptions.filter(({ name }) => name !== 'key'),
    ...signingOptions.filter(({ name }) => !name.startsWith('timestamp')),
    ...backendOptions,
    ...registryOptions,
  ],
  examples: [
    'securosys-sign dct init --server https://notary.example --root-key dct-root --root root.pem --targets-key dct-targets registry.example/team/app',
  ],
  run: async (context) => {
    const { words, clock, signal } = context;
    const gun = gunOf(words.arguments[0] ?? '');
    const settings = await context.settings();
    const [root, targets] = [words.text('root-key'), words.text('targets-key')];
    const file = settings.path('notaryRoot');
    if (root === undefined || targets === undefined || file === undefined)
      return invalidArgument('dct init: give --root-key, --targets-key, and --root, a file for the root certificate');
    const signers = await openPartSigners(context, [root, targets]);
    try {
      const store = await openNotaryStore(context);
      const certificate = await rootCertificate(context, { gun, store }, signers, file);
      const notary = await openNotary(context, gun, { pin: { certificate } });
      try {
        const targetsKey = signers.keys.find(({ name }) => name === targets)?.info.spki as Uint8Array;
        const pkcs1 = words.flag('pkcs1');
        const done = await runUpdate(context, notary, signers, {
          change: { init: true, pkcs1 },
          prepare: () =>
            prepareRepository(notary.server, { rootCertificate: certificate, targetsKey, now: clock.now(), pkcs1, signal }),
        });
        showUpdate(context, gun, done, 'set up');
      } finally {
        await notary.close();
      }
    } finally {
      await signers.close();
    }
    return 'ok';
  },
};
