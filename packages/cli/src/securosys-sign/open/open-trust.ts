import { invalidArgument, SignError } from '@securosys/core';
import { parseCertificates } from '@securosys/pki';
import {
  type CosignTrust,
  type NotationTrust,
  type NotationTrustRules,
  notationConfigFolder,
  notationTrust,
  notationTrustFromConfig,
} from '@securosys/sign';
import type { CommandOption } from '../command.js';
import type { CommandContext } from '../context.js';
import { pairsOf } from '../pairs.js';
import { durationMs } from '../settings/duration.js';

/** Options of commands that judge signatures. */
export const trustOptions: readonly CommandOption[] = [
  {
    name: 'trust-folder',
    value: 'path',
    setting: 'trustFolder',
    describe: "Notation's trust policy and trust store; default: those of Notation on this machine",
  },
  { name: 'ca', value: 'path', many: true, describe: 'trust Notary signatures of these roots instead, PEM' },
  { name: 'identity', value: 'subject', many: true, describe: 'with --ca: subjects that may sign, as C=CH, ST=Zurich, O=Acme' },
  {
    name: 'cosign-key',
    value: 'path',
    many: true,
    setting: 'cosignKeys',
    describe: 'trust cosign signatures of this public key, PEM',
  },
  { name: 'threshold', value: 'number', describe: 'with --cosign-key: how many of the keys have to have signed' },
  { name: 'annotation', value: 'name=value', many: true, describe: 'has to be signed along' },
  { name: 'max-age', value: 'duration', describe: 'refuse Notary signatures that are older' },
  { name: 'require-expiry', describe: 'refuse Notary signatures that never expire' },
  { name: 'allow-emulated', setting: 'allowEmulated', describe: 'for development: believe certificates of an emulator' },
];

async function rulesOf(context: CommandContext): Promise<NotationTrustRules> {
  const { words } = context;
  const settings = await context.settings();
  const annotations = pairsOf('annotation', words.list('annotation'));
  const maxAge = words.text('max-age');
  return {
    allowEmulated: settings.flag('allowEmulated'),
    requireExpiry: words.flag('require-expiry'),
    ...(Object.keys(annotations).length > 0 && { userMetadata: annotations }),
    ...(maxAge !== undefined && { maxSignatureAgeMs: durationMs(maxAge, '--max-age') }),
  };
}

/** One statement for everything: the roots are what was typed. */
async function typedTrust(context: CommandContext, roots: readonly string[]): Promise<NotationTrust> {
  const certificates = await Promise.all(roots.map(async (root) => parseCertificates(await context.readFile(root, '--ca'))));
  const identities = context.words.list('identity').map((subject) => `x509.subject: ${subject}`);
  const statement = {
    name: 'command-line',
    signatureVerification: { level: 'strict' },
    trustStores: ['ca:command-line'],
    trustedIdentities: identities.length > 0 ? identities : ['*'],
  };
  return notationTrust({
    policy: { version: '1.0', trustPolicies: [{ ...statement, registryScopes: ['*'] }] },
    blobPolicy: { version: '1.0', trustPolicies: [{ ...statement, globalPolicy: true }] },
    trustStore: { 'ca:command-line': certificates.flat().map(({ der }) => der) },
    ...(await rulesOf(context)),
  });
}

/** By Notary signatures: the roots that were typed, else the trust folder, else what Notation on this machine trusts. */
export async function openNotationTrust(context: CommandContext): Promise<NotationTrust> {
  const roots = context.words.list('ca');
  if (roots.length > 0) return typedTrust(context, roots);
  if (context.words.list('identity').length > 0)
    invalidArgument('--identity belongs to --ca: else the trust policy says who may sign');
  const settings = await context.settings();
  const folder = settings.path('trustFolder') ?? notationConfigFolder({ env: context.env });
  const rules = await rulesOf(context);
  try {
    return await notationTrustFromConfig(folder, rules);
  } catch (error) {
    if (!SignError.is(error, 'ERR_NOT_FOUND')) throw error;
    const advice =
      'say whom you trust: --ca for Notary signatures, --cosign-key for those of cosign, or a trust policy of Notation';
    throw new SignError(error.code, error.message, { cause: error, details: { ...error.details, advice } });
  }
}

/** By cosign signatures of the keys of the settings. @throws SignError `ERR_INVALID_ARGUMENT` when there are none */
export async function openCosignTrust(context: CommandContext, predicateTypes?: readonly string[]): Promise<CosignTrust> {
  const { trustOfKeys } = await import('./open-cosign-trust.js');
  return trustOfKeys(context, predicateTypes);
}

/** Which signatures are judged: those of cosign where one of its keys was typed, or is all that the configuration trusts. */
export async function wantsCosign(context: CommandContext): Promise<boolean> {
  const settings = await context.settings();
  const { words } = context;
  const notation = words.list('ca').length > 0 || words.text('trust-folder') !== undefined;
  if (notation && words.list('cosign-key').length > 0) invalidArgument('give --cosign-key, or --ca and --trust-folder');
  if (notation) return false;
  return (
    settings.paths('cosignKeys').length > 0 && (words.list('cosign-key').length > 0 || settings.path('trustFolder') === undefined)
  );
}
