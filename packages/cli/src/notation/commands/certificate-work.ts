import { invalidArgument, isJsonObject, type JsonObject, type KeyBackend, parseJsonObject, sanitizeText } from '@securosys/core';
import { createFolderStore } from '@securosys/core/folder-store';
import { pemText } from '@securosys/pki';
import { checkAssurance } from '../../backends/check-assurance.js';
import type { PasswordSources } from '../../config/key-password.js';
import { writeOwnFile } from '../../files/write-file.js';
import { guardsOf } from '../../guards/guard-settings.js';
import { stateFolders } from '../folders.js';
import { type SignOnce, signOnce } from '../sign-once.js';
import type { CommandProcess, CommandValues } from './command.js';
import { keyHelp, keyOptions, neededValue, passwordSources, textValue, withBackend } from './key-work.js';

/** What a certificate command is asked, by options or as the closed plugin reads it from stdin (`tsb-rest-api.md` §7.1). */
export interface CertificateRequest {
  readonly label: string;
  /** RFC 4514 text, most specific part first. */
  readonly subject: string;
  readonly days: number;
  readonly passwords: PasswordSources;
  /** Asked by JSON on stdin: the answer has the form of the closed plugin. */
  readonly vendor: boolean;
}

export const certificateOptions = {
  ...keyOptions,
  subject: { type: 'string' },
  days: { type: 'string' },
  timeout: { type: 'string' },
  out: { type: 'string' },
} as const;

export const certificateHelp = `${keyHelp}
  --subject <text>         CN=release,O=Example,ST=Zurich,C=CH
  --timeout <seconds>      how long to wait for people; default 600. A later run
                           with the same options continues the same request
  --out <path>             writes the result there as well

Without --key it reads the JSON of the closed plugin from stdin.`;

/** Attributes of the closed plugin in the order of a distinguished name's text. */
const attributeNames = {
  commonName: 'CN',
  organizationUnitName: 'OU',
  organizationName: 'O',
  locality: 'L',
  stateOrProvinceName: 'ST',
  country: 'C',
} as const;

const escaped = (value: string): string => value.replace(/["+,;<=>\\]/g, '\\$&').replace(/^[ #]|[ ]$/g, '\\$&');

function subjectOf(attributes: JsonObject): string {
  for (const name of Object.keys(attributes))
    if (!Object.hasOwn(attributeNames, name)) invalidArgument(`unknown attribute '${sanitizeText(name, 40)}'`);
  const parts = Object.entries(attributeNames).flatMap(([name, type]) => {
    const value = attributes[name];
    if (value === undefined || value === '') return [];
    return typeof value === 'string' ? [`${type}=${escaped(value)}`] : invalidArgument(`${name} is not a text`);
  });
  return parts.length > 0 ? parts.join(',') : invalidArgument('the certificate has no attributes');
}

function wholeDays(value: unknown): number {
  const days = typeof value === 'string' && /^[1-9]\d{0,5}$/.test(value) ? Number(value) : value;
  return typeof days === 'number' && Number.isSafeInteger(days) && days >= 1 && days <= 36_525
    ? days
    : invalidArgument('the validity is not a number of days from 1 to 36525');
}

function vendorRequest(json: JsonObject): CertificateRequest {
  const { keyId, certificate, pluginConfig = {} } = json;
  if (typeof keyId !== 'string' || keyId === '') return invalidArgument('keyId is missing');
  if (!isJsonObject(certificate) || !isJsonObject(certificate.attributes) || !isJsonObject(pluginConfig))
    return invalidArgument('certificate.attributes is missing');
  const { password } = pluginConfig;
  return {
    label: keyId,
    subject: subjectOf(certificate.attributes),
    days: wholeDays(certificate.validity ?? 365),
    passwords: typeof password === 'string' && password !== '' ? { password } : {},
    vendor: true,
  };
}

/** @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED` */
export async function certificateRequest(values: CommandValues, process: CommandProcess): Promise<CertificateRequest> {
  if (values.key === undefined && values.subject === undefined)
    return vendorRequest(parseJsonObject(await process.stdin(), { what: 'stdin' }));
  return {
    label: neededValue(values, 'key'),
    subject: neededValue(values, 'subject'),
    days: wholeDays(values.days ?? '365'),
    passwords: passwordSources(values),
    vendor: false,
  };
}

function timeoutOf(values: CommandValues): number {
  const { timeout = '600' } = values;
  return typeof timeout === 'string' && /^\d{1,7}$/.test(timeout)
    ? Number(timeout) * 1000
    : invalidArgument('--timeout is not a number of seconds');
}

/** What a certificate command needs to sign. */
export type CertificateWork = Pick<SignOnce, 'identity' | 'format'> & {
  /** Label of what is signed, in PEM. */
  readonly pemLabel: string;
  prepare(key: SignOnce['key']): ReturnType<SignOnce['prepare']>;
  /** What becomes of it while the backend is open. */
  keep?(der: Uint8Array, key: SignOnce['key'], backend: KeyBackend): Promise<void>;
};

/** Signs what `work` prepares with the key of a request, keeps it, and writes it to `--out`, if that was said. @returns PEM */
export async function signWithKey(
  values: CommandValues,
  process: CommandProcess,
  { label, passwords }: CertificateRequest,
  work: CertificateWork,
): Promise<string> {
  const { env, clock, signal } = process;
  const pemOf = (der: Uint8Array): string => pemText(der, work.pemLabel);
  return withBackend(process, { path: textValue(values, 'config'), passwords }, async ({ backend, settings }) => {
    const key = await backend.describeKey({ label });
    checkAssurance(key, settings.allowEmulated);
    const der = await signOnce({
      backend,
      key,
      clock,
      guards: await guardsOf(settings, clock),
      store: createFolderStore(stateFolders(env).pending, { clock }),
      identity: { ...work.identity, spkiSha256: key.ref.spkiSha256 ?? '' },
      format: work.format,
      timeoutMs: timeoutOf(values),
      ...(signal && { signal }),
      prepare: () => work.prepare(key),
      onProgress: ({ status }, id) => process.tell(`request ${sanitizeText(id ?? '', 128)}: ${status}`),
      keep: async (result) => {
        await work.keep?.(result, key, backend);
        const out = textValue(values, 'out');
        if (out !== undefined) await writeOwnFile(out, pemOf(result), { mode: 0o644 });
      },
    });
    return pemOf(der);
  });
}
