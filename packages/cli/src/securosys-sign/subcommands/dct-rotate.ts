import { base64Text, invalidArgument, type JsonObject, type Prepared } from '@securosys/core';
import {
  type DctUpdate,
  prepareRootRotation,
  prepareServerRotation,
  prepareTargetsRotation,
  type TrustedRepository,
} from '@securosys/dct';
import type { Command } from '../command.js';
import { openPartSigners, type PartSigners, partKeyOptions } from '../content-trust/part-signers.js';
import { runUpdate, showUpdate } from '../content-trust/run-update.js';
import type { CommandContext } from '../context.js';
import { backendOptions } from '../open/open-backend.js';
import { gunOf, notaryOptions, type OpenNotary, openNotary } from '../open/open-notary.js';
import { registryOptions } from '../open/open-oci.js';
import { signingOptions } from '../open/signing.js';

type Rotation = {
  readonly change: JsonObject;
  prepare(found: TrustedRepository): Promise<Prepared<DctUpdate>> | Prepared<DctUpdate>;
};

async function rotationOf(
  context: CommandContext,
  role: string,
  { server }: OpenNotary,
  { keys }: PartSigners,
): Promise<Rotation> {
  const { words, signal } = context;
  const pkcs1 = words.flag('pkcs1');
  if (role === 'snapshot' || role === 'timestamp')
    return { change: { rotate: role, pkcs1 }, prepare: (found) => prepareServerRotation(found, server, role, { pkcs1, signal }) };
  if (role === 'targets') {
    const name = words.text('new-key') ?? invalidArgument('dct rotate targets: give --new-key');
    const { spki } = keys.find((key) => key.name === name)?.info ?? invalidArgument('there is no such key');
    return {
      change: { rotate: role, pkcs1, key: base64Text(spki) },
      prepare: (found) => prepareTargetsRotation(found, spki, { pkcs1 }),
    };
  }
  if (role !== 'root') return invalidArgument('dct rotate: root, targets, snapshot or timestamp');
  const path = words.text('new-root') ?? invalidArgument('dct rotate root: give --new-root, the certificate of the new key');
  const certificate = await context.readFile(path, '--new-root', 'own');
  return {
    change: { rotate: role, pkcs1, certificate: base64Text(certificate) },
    prepare: (found) => prepareRootRotation(found, certificate, { pkcs1 }),
  };
}

/** `dct rotate`. */
export const command: Command = {
  describe:
    'Replaces a key: of the server (snapshot, timestamp; also takes them from a client), of targets, or of the root. All files that belong together are published together. Signed by the root key; a new targets or root key signs too.',
  arguments: [
    { name: 'role', describe: 'root, targets, snapshot or timestamp' },
    { name: 'repository', describe: 'registry.example/team/app' },
  ],
  options: [
    ...notaryOptions.filter(({ name }) => name !== 'registry-login-file'),
    { name: 'new-key', value: 'name', describe: 'new key of targets or root, in the same backend' },
    { name: 'new-root', value: 'path', describe: 'certificate of the new root key, issued for the repository' },
    { name: 'pkcs1', describe: 'for RSA keys that cannot do PSS' },
    ...partKeyOptions,
    ...signingOptions.filter(({ name }) => !name.startsWith('timestamp')),
    ...backendOptions,
    ...registryOptions,
  ],
  examples: [
    'securosys-sign dct rotate --server https://notary.example --root root.pem --key dct-root --new-key dct-targets-2 targets registry.example/team/app',
    'securosys-sign dct rotate --server https://notary.example --root root.pem --key dct-root snapshot registry.example/team/app',
  ],
  run: async (context) => {
    const { words } = context;
    const [role = '', repository = ''] = words.arguments;
    const gun = gunOf(repository);
    const added = words.text('new-key');
    const notary = await openNotary(context, gun);
    const settings = await context.settings();
    const named = words.list('key').length > 0 ? words.list('key') : [settings.text('key') ?? ''].filter(Boolean);
    const signers = await openPartSigners(context, added === undefined ? named : [...named, added]);
    try {
      const { change, prepare } = await rotationOf(context, role, notary, signers);
      const done = await runUpdate(context, notary, signers, {
        change,
        prepare: (found) => prepare(found ?? invalidArgument(`${gun} has no trust data: dct init makes it`)),
      });
      showUpdate(context, gun, done, `${role} key replaced`);
    } finally {
      await signers.close();
      await notary.close();
    }
    return 'ok';
  },
};
