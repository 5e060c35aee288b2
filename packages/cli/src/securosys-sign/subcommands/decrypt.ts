import { invalidArgument } from '@securosys/core';
import { decryptImage } from '@securosys/sign';
import { claimsOf } from '../../config/setting-values.js';
import type { Command } from '../command.js';
import { backendOptions } from '../open/open-backend.js';
import { openGuards } from '../open/open-guards.js';
import { openOci, registryOptions } from '../open/open-oci.js';
import { keyOptions, sameCommand } from '../open/open-signer.js';
import { openCosignTrust, openNotationTrust, trustOptions, wantsCosign } from '../open/open-trust.js';
import { openOpeners } from '../open/openers.js';
import { usualProvider } from '../open/recipients.js';
import { claimsFor, signingOptions, watchApprovals } from '../open/signing.js';
import { layerProgress } from '../output/layer-progress.js';

const told = ['reason', 'claim'];
const ofKeys = keyOptions.filter(({ name }) => name !== 'chain');
const ofTrust = trustOptions.filter(({ name }) => name !== 'allow-emulated');

/** `decrypt`. */
export const command: Command = {
  describe:
    'Decrypts an image that is trusted. Its signature is checked before a key is used or anybody is asked. While people decide it ends with exit code 75; run again, it goes on with the same request.',
  arguments: [{ name: 'image', describe: 'what is decrypted' }],
  options: [
    { name: 'to', value: 'image', describe: 'where the plain image goes' },
    { name: 'private-key', value: 'path', describe: 'open it with this private key instead of one in the HSM, PEM' },
    { name: 'kid', value: 'name', describe: 'what packets call the key; default: the name of --key' },
    { name: 'provider-name', value: 'name', describe: `name of the key provider in ocicrypt.conf; default ${usualProvider}` },
    { name: 'platform', value: 'os/arch', many: true, describe: 'only these platforms' },
    {
      name: 'allow-unsigned',
      describe: 'open an image that nobody has to have signed: whoever knows the public key can make one',
    },
    ...ofKeys,
    ...ofTrust,
    ...signingOptions.filter(({ name }) => told.includes(name)),
    ...backendOptions,
    ...registryOptions,
  ],
  examples: ['securosys-sign decrypt --key images --ca root.pem --to oci:./app:1.4 registry.example/app:1.4-encrypted'],
  run: async (context) => {
    const { words, output, clock, signal } = context;
    const [reference = ''] = words.arguments;
    const to = words.text('to') ?? invalidArgument('decrypt: where does it go? give --to');
    const settings = await context.settings();
    const unsigned = words.flag('allow-unsigned');
    const trust = unsigned
      ? 'none'
      : (await wantsCosign(context))
        ? await openCosignTrust(context)
        : await openNotationTrust(context);
    const platforms = words.list('platform');
    const progress = await context.progress();
    const oci = await openOci(context, progress);
    const closing: { close(): Promise<void> }[] = [oci];
    try {
      const guarding = await openGuards(context, oci, sameCommand);
      closing.push(guarding);
      const opened = await openOpeners(context, guarding.guards);
      closing.push(opened);
      const image = await decryptImage(reference, {
        to,
        trust,
        openers: opened.openers,
        oci,
        clock,
        signal,
        claims: await claimsFor(context, claimsOf(settings.pick(['metaData']))),
        approvalTimeoutMs: settings.durationMs('approvalTimeout') ?? 0,
        onProgress: layerProgress(progress),
        onApproval: await watchApprovals(context, reference, sameCommand),
        ...(platforms.length > 0 && { platforms }),
      });
      progress.stop();
      context.waits(undefined);
      const { descriptor, source, layers } = image;
      output.result({ reference: image.reference, descriptor, source, layers }, [
        { text: `decrypted: ${image.reference}`, tone: 'good' },
        `  from ${source.reference}`,
        ...image.signers.map(({ signer }) => `  signed by ${signer.subject}`),
        ...image.cosignSigners.map(({ name, spkiSha256 }) => `  signed by ${name ?? 'the key'} (sha256 ${spkiSha256})`),
        ...(unsigned ? [{ text: '  nobody had to sign it', tone: 'warn' } as const] : []),
      ]);
    } finally {
      for (const one of closing.reverse()) await one.close();
    }
    return 'ok';
  },
};
