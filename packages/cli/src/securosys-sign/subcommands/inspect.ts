import { SignError } from '@securosys/core';
import { inspectSignature, listSignatures } from '@securosys/sign';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { openOci, registryOptions } from '../open/open-oci.js';
import { cosignLines, notationLines, shownTime } from '../output/inspected-lines.js';
import type { Line } from '../output/output.js';

type Oci = Awaited<ReturnType<typeof openOci>>;
interface Shown {
  readonly json: object;
  readonly lines: readonly Line[];
}

const failed = (error: SignError): Shown => ({
  json: { error: { code: error.code, message: error.message } },
  lines: [{ text: `    cannot be read: ${error.message}`, tone: 'warn' }],
});

/** What cannot be read is shown as well, with the reason; what is wrong with the registry ends the command. */
async function ofNotation(reference: string, oci: Oci, { clock, signal }: CommandContext): Promise<Shown> {
  try {
    const inspected = await inspectSignature(reference, { oci, clock, signal });
    return { json: inspected, lines: notationLines(inspected) };
  } catch (error) {
    if (SignError.is(error) && /^ERR_(MALFORMED|LIMIT|DIGEST_MISMATCH|NOT_FOUND)$/.test(error.code)) return failed(error);
    throw error;
  }
}

async function inspect(context: CommandContext, asked: string, oci: Oci): Promise<void> {
  const { clock, signal, output } = context;
  const call = { oci, clock, signal };
  const notation = await listSignatures(asked, call);
  // The object that was found first, whatever the tag names by now (S18).
  const cosign = await listSignatures(notation.reference, { ...call, format: 'cosign' });
  const envelopes: Shown[] = [];
  for (const { reference, error, descriptor } of notation.signatures) {
    const shown = error ? failed(error) : await ofNotation(reference, oci, context);
    envelopes.push({
      json: { digest: descriptor.digest, ...shown.json },
      lines: [`  Notary signature ${descriptor.digest}`, ...shown.lines],
    });
  }
  const stored = cosign.signatures.map(({ shape, descriptor, contents, error }): Shown => {
    const digest = descriptor?.digest;
    const title = `  cosign ${contents?.kind ?? 'artifact'} (${shape}) ${digest ?? ''}`;
    const shown: Shown = error ? failed(error) : { json: contents, lines: cosignLines(contents) };
    return { json: { shape, digest, ...shown.json }, lines: [title, ...shown.lines] };
  });
  const limits = [...(notation.limit ? [notation.limit.message] : []), ...cosign.limits];
  const { reference, descriptor } = notation;
  output.result(
    {
      reference,
      descriptor,
      verified: false,
      notation: envelopes.map(({ json }) => json),
      cosign: stored.map(({ json }) => json),
      limits,
    },
    [
      { text: asked, tone: 'strong' },
      `  ${reference}`,
      `  ${descriptor.mediaType}, ${descriptor.size} bytes`,
      ...(envelopes.length + stored.length === 0 ? ['  no signatures'] : []),
      ...[...envelopes, ...stored].flatMap(({ lines }) => lines),
      ...limits.map((text): Line => ({ text: `  not all of them: ${text}`, tone: 'warn' })),
      { text: `  nothing of this was verified (${shownTime(clock.now())})`, tone: 'dim' },
    ],
  );
}

/** `inspect`. */
export const command: Command = {
  describe:
    'Shows what the signatures and attestations of images say, of the Notary Project and of cosign. Nothing is judged: verify does that.',
  arguments: [{ name: 'image', describe: 'registry.example/app:1.4, or oci:<folder>:<tag>', many: true }],
  options: registryOptions,
  examples: ['securosys-sign inspect registry.example/app:1.4', 'securosys-sign inspect --json oci:./app:1.4'],
  run: async (context) => {
    const oci = await openOci(context);
    try {
      for (const reference of context.words.arguments) await inspect(context, reference, oci);
    } finally {
      await oci.close();
    }
    return 'ok';
  },
};
