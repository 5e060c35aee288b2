import { invalidArgument, isoSeconds, sha256Hex } from '@securosys/core';
import { parseCertificates } from '@securosys/pki';
import { type AttestedKey, explainPolicy, verifyAttestation } from '@securosys/tsb-client';
import { writeOwnFile } from '../../files/write-file.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { asTsb, keyNamed, labelOf, withBackend } from '../keys/open-keys.js';
import { backendOptions } from '../open/open-backend.js';
import type { Line } from '../output/output.js';

const yes = (is: boolean, text: string, no: string): Line =>
  is ? { text: `  ${text}`, tone: 'good' } : { text: `  ${no}`, tone: 'bad' };

function lines(key: AttestedKey): Line[] {
  const { label, attestedAt, policy, emulated } = key;
  return [
    { text: `${label}: attested by the HSM at ${isoSeconds(attestedAt)}`, tone: 'strong' },
    ...(emulated ? [{ text: '  EMULATED: a software key, this proves nothing', tone: 'bad' as const }] : []),
    `  public key SHA-256 ${key.spkiSha256}`,
    yes(key.madeInside, 'made inside the HSM', 'NOT made inside the HSM'),
    yes(key.neverExtractable, 'never could be exported', 'could be exported'),
    yes(key.alwaysSensitive, 'was never readable in plain', 'was readable in plain'),
    ...(policy ? explainPolicy(policy).map((text) => `  ${text}`) : ['  a plain key: it has no rules']),
  ];
}

async function rootsOf(context: CommandContext): Promise<Uint8Array[]> {
  const paths = context.words.list('root');
  if (paths.length === 0) invalidArgument('whose word counts? give --root: the root of your HSM’s vendor, PEM');
  const files = await Promise.all(paths.map(async (path) => parseCertificates(await context.readFile(path, '--root'))));
  return files.flat().map(({ der }) => der);
}

/** `key attest`. */
export const command: Command = {
  describe:
    'Has the HSM itself say what a key is, and verifies it up to a root that you pin: made inside, never exportable, and by which rules it can be used.',
  arguments: [{ name: 'key', describe: 'name in the configuration, or label' }],
  options: [
    { name: 'root', value: 'path', many: true, describe: 'root certificate of the HSM’s vendor, PEM' },
    { name: 'output', value: 'path', describe: 'keep the attestation: a zip file' },
    { name: 'force', describe: 'replace that file' },
    ...backendOptions,
  ],
  run: async (context) => {
    const { words, clock, signal, output } = context;
    const key = await keyNamed(context, words.arguments[0] ?? '');
    const roots = await rootsOf(context);
    const allowEmulated = (await context.settings()).flag('allowEmulated');
    return withBackend(context, [key], async (backend) => {
      const { client } = asTsb(backend, 'to attest keys');
      const { spki } = await backend.describeKey(key.ref, { signal });
      const zip = await client.attestation.archive(labelOf(key), { signal });
      const expected = { label: labelOf(key), spkiSha256: sha256Hex(spki) };
      const attested = await verifyAttestation({ zip }, { roots, clock, expected, allowEmulated });
      const file = words.text('output');
      if (file !== undefined) await writeOwnFile(context.path(file), zip, { mode: 0o644, replace: words.flag('force') });
      const { chain: _, spki: __, ...facts } = attested;
      output.result(facts, lines(attested));
      return 'ok';
    });
  },
};
