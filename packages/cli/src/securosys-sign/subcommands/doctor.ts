import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { checkBackend } from '../doctor/backend.js';
import { checkCertificate } from '../doctor/certificate.js';
import { type Finding, findingLines, findingOf } from '../doctor/finding.js';
import { checkSeparation } from '../doctor/separation.js';
import { checkSigningPolicy, checkTrustStore } from '../doctor/trust.js';
import { configuredKeys, namedKey } from '../open/key-settings.js';
import { backendOptions, openBackend } from '../open/open-backend.js';
import { keyOptions } from '../open/open-signer.js';

/** What signs: backend, login, key, certificate. */
async function signing(context: CommandContext): Promise<readonly Finding[]> {
  try {
    const settings = await context.settings();
    const named = settings.text('key') !== undefined || configuredKeys(settings).size === 1;
    const key = named ? namedKey(settings) : undefined;
    const backend = await openBackend(context, key ? [key] : []);
    try {
      const { findings, info } = await checkBackend(context, backend, key);
      return key && info ? [...findings, await checkCertificate(context, backend, key, info)] : findings;
    } finally {
      await backend.close();
    }
  } catch (error) {
    return [findingOf('connection', error)];
  }
}

/** `doctor`. */
export const command: Command = {
  describe:
    'Looks for what is wrong with the configuration, the connection, the login, the key, its certificate, the signing policy and the trust store, and says what to do. Changes nothing, asks nobody for a signature.',
  options: [
    ...keyOptions.filter(({ name }) => name === 'key' || name === 'chain'),
    ...backendOptions,
    { name: 'trust-folder', value: 'path', setting: 'trustFolder', describe: "Notation's trust policy and trust store" },
  ],
  run: async (context) => {
    const settings = await context.settings();
    const findings = [
      checkSeparation(settings),
      ...(await signing(context)),
      await checkSigningPolicy(settings),
      await checkTrustStore(context),
    ];
    const healthy = findings.every(({ status }) => status !== 'problem');
    context.output.result({ healthy, findings }, findings.flatMap(findingLines));
    return healthy ? 'ok' : 'refused';
  },
};
