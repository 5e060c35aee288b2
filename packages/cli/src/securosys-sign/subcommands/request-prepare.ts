import { invalidArgument, sha256Hex } from '@securosys/core';
import { prepareSigningRequest, requestFile, type SigningRequest } from '@securosys/sign';
import { writeOwnFile } from '../../files/write-file.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import type { Exit } from '../exit-codes.js';
import { formatOptions } from '../open/format-options.js';
import { applicationKeyOf, backendOptions } from '../open/open-backend.js';
import { openOci, registryOptions } from '../open/open-oci.js';
import { keyOptions, openSigner } from '../open/open-signer.js';
import { trustOptions } from '../open/open-trust.js';
import { itemOptions, itemsOf } from '../open/request-items.js';
import { decryptSettings } from '../open/requests.js';
import { selectionOptions } from '../open/selection.js';
import { claimsFor, signingOptions, timestamperOf } from '../open/signing.js';
import { exitOfStatus, requestLines } from '../output/request-lines.js';
import { durationMs } from '../settings/duration.js';

const both = ['annotation', 'allow-emulated'];

async function write(context: CommandContext, request: SigningRequest, typed: string) {
  const bytes = await requestFile(request, await applicationKeyOf(context));
  const file = context.path(typed);
  await writeOwnFile(file, bytes, { replace: context.words.flag('force') });
  return { file, sha256: sha256Hex(bytes) };
}

async function prepare(context: CommandContext): Promise<Exit> {
  const { words, output, clock, signal } = context;
  const settings = await context.settings();
  const [to, submit] = [words.text('output'), words.flag('submit')];
  if (to === undefined && !submit) invalidArgument('request prepare: where to? give --output, or --submit to ask at once');
  const opened: { close(): Promise<void> }[] = [];
  try {
    const oci = await openOci(context);
    opened.push(oci);
    const signing = await openSigner(context, oci);
    opened.push(signing);
    const decrypt = words.list('decrypt').length > 0 ? await decryptSettings(context, signing.guards) : undefined;
    if (decrypt) opened.push(decrypt);
    const [targets, expires] = [settings.list('targets'), words.text('expires')];
    const timestamper = await timestamperOf(context);
    const request = await prepareSigningRequest(await itemsOf(context, decrypt?.settings), {
      signer: signing.signer,
      store: signing.store,
      oci,
      clock,
      signal,
      claims: await claimsFor(context, signing.claims),
      publish: words.flag('all-together') ? 'all' : 'each',
      ...(targets.length > 0 && { targets }),
      ...(expires !== undefined && { expiresAfterMs: durationMs(expires, '--expires') }),
      ...(timestamper && { timestamper }),
    });
    const written = to === undefined ? undefined : await write(context, request, to);
    const state = submit ? await request.submit({ signal }) : request.state;
    output.result({ id: request.id, ...state, ...written }, [
      ...requestLines(request.id, state, context.approvers.name),
      ...(written ? [`  ${written.file}`, `  sha256 ${written.sha256}`] : []),
    ]);
    return submit ? exitOfStatus(state.status) : 'ok';
  } finally {
    for (const one of opened.reverse()) await one.close();
  }
}

/** `request prepare`. */
export const command: Command = {
  describe:
    'Prepares one signing request for several images, formats, attestations, files and decryptions, which people decide on together. Nobody is asked before it is submitted.',
  arguments: [{ name: 'image', describe: 'image to be signed', many: true, optional: true }],
  options: [
    { name: 'output', value: 'path', describe: 'request file, for request submit' },
    { name: 'force', describe: 'replace that file' },
    { name: 'submit', describe: 'ask at once' },
    { name: 'all-together', describe: 'publish nothing before everything is signed; default: each when it is ready' },
    { name: 'expires', value: 'duration', describe: 'nothing is asked or published after it' },
    {
      name: 'target',
      value: 'repository',
      many: true,
      setting: 'targets',
      describe: 'the only repositories that may be written to',
    },
    ...itemOptions,
    { name: 'kid', value: 'name', describe: 'with --decrypt: what packets call the key; default: the name of --key' },
    { name: 'provider-name', value: 'name', describe: 'with --decrypt: name of the key provider in ocicrypt.conf' },
    ...keyOptions.filter(({ name }) => name !== 'approval-timeout'),
    ...formatOptions,
    ...selectionOptions,
    ...signingOptions,
    ...trustOptions.filter(({ name }) => !both.includes(name)),
    ...backendOptions,
    ...registryOptions,
  ],
  examples: [
    'securosys-sign request prepare --key release --format notation-jws --format cosign --output request.json registry.example/app:1.4 registry.example/web:1.4',
  ],
  run: prepare,
};
