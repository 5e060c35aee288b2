import { type DctImageReport, evaluateImage } from '@securosys/sign';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import type { Exit } from '../exit-codes.js';
import { gunOf, notaryOptions, openNotary, openTrustedRegistry } from '../open/open-notary.js';
import { registryOptions } from '../open/open-oci.js';
import type { Line } from '../output/output.js';

function reportLines(asked: string, report: DctImageReport): Line[] {
  const [first, tone] = report.verdict === 'trusted' ? (['trusted', 'good'] as const) : (['not trusted', 'bad'] as const);
  const why =
    report.verdict === 'trusted'
      ? [
          `  run ${report.reference}`,
          `  signed by ${report.signers.join(', ') || 'targets/releases only, which all signers share'}`,
        ]
      : [`  ${report.reference}`, `  ${report.reason.message}`];
  const weak = (report.repository?.weaknesses ?? []).map(({ sentence }): Line => ({ text: `  weak: ${sentence}`, tone: 'warn' }));
  return [{ text: `${first}: ${asked}`, tone }, ...why, ...weak];
}

/** The verdict and what it stands on; the whole repository is what `dct inspect` shows. */
function reportJson({ repository, ...report }: DctImageReport): object {
  return { ...report, ...(repository && { weaknesses: repository.weaknesses }) };
}

async function verifyOne(context: CommandContext, asked: string): Promise<Exit> {
  const { clock, output, signal } = context;
  const gun = gunOf(asked);
  const opened = await openNotary(context, gun);
  const oci = await openTrustedRegistry(context, gun);
  try {
    const report = await evaluateImage(asked, { trust: opened.trust, oci, clock, signal });
    output.result(reportJson(report), reportLines(asked, report));
    return report.verdict === 'trusted' ? 'ok' : 'refused';
  } finally {
    await oci.close();
    await opened.close();
  }
}

/** `dct verify`. */
export const command: Command = {
  describe:
    'Says whether images are trusted by Docker Content Trust, and by which digest to run them: that of the signed tag, whatever the tag of the registry names.',
  arguments: [{ name: 'image', describe: 'registry.example/team/app:1.4', many: true }],
  options: [
    ...notaryOptions,
    { name: 'signer', value: 'name', many: true, describe: 'has to have signed the tag too; targets/releases is shared by all' },
    { name: 'state-folder', value: 'path', setting: 'stateFolder', describe: 'where versions that were seen are remembered' },
    ...registryOptions,
  ],
  examples: [
    'securosys-sign dct verify --server https://notary.example --root root.pem --signer ci registry.example/team/app:1.4',
  ],
  run: async (context) => {
    let exit: Exit = 'ok';
    for (const image of context.words.arguments) if ((await verifyOne(context, image)) !== 'ok') exit = 'refused';
    return exit;
  },
};
