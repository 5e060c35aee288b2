import { invalidArgument } from '@securosys/core';
import { type EncryptedImage, encryptImage, type SignResultOptions } from '@securosys/sign';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { formatOptions, formatsOf } from '../open/format-options.js';
import { backendOptions } from '../open/open-backend.js';
import { openOci, registryOptions } from '../open/open-oci.js';
import { keyOptions, type OpenSigner, openSigner } from '../open/open-signer.js';
import { recipientsOf, usualProvider } from '../open/recipients.js';
import { signingOf, signingOptions } from '../open/signing.js';
import { layerProgress } from '../output/layer-progress.js';
import type { Line } from '../output/output.js';

/** Positions of layers: `0,-1`. */
function layersOf(typed: string | undefined): readonly number[] | undefined {
  return typed
    ?.split(',')
    .map((one) => (/^-?\d{1,4}$/.test(one) ? Number(one) : invalidArgument('--layers are positions: 0,2,-1')));
}

async function signOptions(context: CommandContext, opened: OpenSigner, to: string): Promise<SignResultOptions> {
  const { signal: _, timeoutMs: __, logger: ___, ...signing } = await signingOf(context, opened, to);
  return { ...signing, format: formatsOf(context) };
}

function show(context: CommandContext, image: EncryptedImage): void {
  const { reference, descriptor, source, layers, signed } = image;
  const count = layers.filter(({ state }) => state === 'encrypted').length;
  const signatures = signed?.manifests.map(({ format, signature }): Line => `  ${format}: ${signature.digest}`) ?? [];
  context.output.result({ reference, descriptor, source, layers, ...(signed && { signatures: signed.manifests }) }, [
    { text: `encrypted: ${reference}`, tone: 'good' },
    `  from ${source.reference}, ${count} layers`,
    ...signatures,
    ...(signed ? [] : [{ text: '  not signed: nobody can tell who encrypted it; --sign does that', tone: 'warn' } as const]),
  ]);
}

/** `encrypt`. */
export const command: Command = {
  describe:
    'Encrypts an image with all its platforms, for keys in an HSM or for people, and signs the encrypted one with --sign.',
  arguments: [{ name: 'image', describe: 'what is encrypted' }],
  options: [
    { name: 'to', value: 'image', describe: 'where the encrypted image goes' },
    {
      name: 'recipient',
      value: 'who',
      many: true,
      describe: 'provider:<kid>:<public key file>, jwe:<public key file>, pkcs7:<certificate file>',
    },
    { name: 'provider-name', value: 'name', describe: `name of the key provider in ocicrypt.conf; default ${usualProvider}` },
    { name: 'layers', value: 'positions', describe: 'only these layers: 0,-1' },
    { name: 'platform', value: 'os/arch', many: true, describe: 'only these platforms' },
    { name: 'sign', describe: 'sign the encrypted image with --key' },
    ...keyOptions,
    ...formatOptions,
    ...signingOptions,
    ...backendOptions,
    ...registryOptions,
  ],
  examples: [
    'securosys-sign encrypt --recipient provider:images:images.pem --sign --key release --to registry.example/app:1.4-encrypted registry.example/app:1.4',
  ],
  run: async (context) => {
    const { words, signal } = context;
    const [reference = ''] = words.arguments;
    const to = words.text('to') ?? invalidArgument('encrypt: where does it go? give --to');
    const recipients = await recipientsOf(context);
    const layers = layersOf(words.text('layers'));
    const platforms = words.list('platform');
    const progress = await context.progress();
    const oci = await openOci(context, progress);
    const opened = words.flag('sign') ? await openSigner(context, oci).catch(closing(oci)) : undefined;
    try {
      const image = await encryptImage(reference, {
        to,
        recipients,
        oci,
        signal,
        onProgress: layerProgress(progress),
        ...(layers && { layers }),
        ...(platforms.length > 0 && { platforms }),
        ...(opened && { sign: await signOptions(context, opened, to) }),
      });
      progress.stop();
      context.waits(undefined);
      show(context, image);
    } finally {
      await opened?.close();
      await oci.close();
    }
    return 'ok';
  },
};

const closing =
  (oci: { close(): Promise<void> }) =>
  async (error: unknown): Promise<never> => {
    await oci.close();
    throw error;
  };
