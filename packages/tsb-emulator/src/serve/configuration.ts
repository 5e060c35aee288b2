import type { ApiKeyRole } from '@securosys/tsb-client/api';
import type { TsbEmulator } from '../server.js';

/** How a client gets to the emulator: the options of `createTsbClient`, with files instead of PEM where files were written. */
export interface ClientConfiguration {
  readonly url: string;
  readonly auth: Readonly<Record<string, string>>;
  readonly ca?: string;
  readonly apiKeys?: Readonly<Partial<Record<ApiKeyRole, string>>>;
}

/** Names of the environment variables that `env` prints, and that the live contract suite reads. */
const variables: Readonly<Record<ApiKeyRole, string>> = {
  keyManagement: 'TSB_KEY_MANAGEMENT_TOKEN',
  keyOperation: 'TSB_KEY_OPERATION_TOKEN',
  approver: 'TSB_APPROVER_TOKEN',
  service: 'TSB_SERVICE_TOKEN',
  approverKeyManagement: 'TSB_APPROVER_KEY_MANAGEMENT_TOKEN',
};

/** @param token of the partition that is meant */
export function configurationOf(
  { url, tls }: Pick<TsbEmulator, 'url' | 'tls'>,
  token: string,
  apiKeys: ClientConfiguration['apiKeys'],
): ClientConfiguration {
  const { ca, clientCertificate, clientPrivateKey } = tls;
  const auth: Record<string, string> = { type: token === '' ? 'none' : 'token' };
  if (clientCertificate !== undefined && clientPrivateKey !== undefined)
    Object.assign(auth, { type: 'certificate', certificate: clientCertificate, privateKey: clientPrivateKey });
  if (token !== '') auth.token = token;
  return { url, auth, ...(ca !== undefined && { ca }), ...(apiKeys && { apiKeys }) };
}

function typeScript(configuration: ClientConfiguration, files: boolean): string {
  const text = JSON.stringify(configuration, undefined, 2)
    .replace(/^(\s*)"([A-Za-z]+)":/gm, '$1$2:')
    .replace(/^(\s*(?:ca|certificate|privateKey): )(".*")/gm, files ? "$1readFileSync($2, 'utf8')" : '$1$2');
  const reads = files && text.includes('readFileSync(');
  return [
    ...(reads ? ["import { readFileSync } from 'node:fs';"] : []),
    "import { createTsbClient } from '@securosys/tsb-client';",
    '',
    `const client = createTsbClient(${text});`,
    '',
  ].join('\n');
}

function environment({ url, auth, ca, apiKeys = {} }: ClientConfiguration): string {
  const values: readonly (readonly [string, string | undefined])[] = [
    ['TSB_URL', url],
    ['TSB_TOKEN', auth.token],
    ['TSB_CA', ca],
    ['TSB_CLIENT_CERTIFICATE', auth.certificate],
    ['TSB_CLIENT_KEY', auth.privateKey],
    ...(Object.entries(apiKeys) as [ApiKeyRole, string][]).map(([role, key]) => [variables[role], key] as const),
  ];
  return values.map(([name, value]) => (value === undefined ? '' : `${name}=${value}\n`)).join('');
}

/** @param form one of those that `--help` lists */
export function printed(configuration: ClientConfiguration, form: string, files: boolean): string {
  if (form === 'none') return '';
  if (form === 'ts') return typeScript(configuration, files);
  if (form === 'json') return `${JSON.stringify(configuration, undefined, 2)}\n`;
  return environment(configuration);
}
