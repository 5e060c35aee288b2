import { invalidArgument, isJsonObject, type JsonObject, parseJsonObject } from '@securosys/core';
import { parseCertificates } from '@securosys/pki';
import { readNamedFile } from '../../files/read-file.js';
import { orderChain } from '../chains.js';
import { stateFolders } from '../folders.js';
import { storeCertificates } from '../store-certificates.js';
import type { Command, CommandProcess, CommandValues } from './command.js';
import { keyHelp, keyOptions, neededValue, passwordSources, textValue, withBackend } from './key-work.js';

interface Files {
  readonly label: string;
  readonly paths: readonly string[];
}

function vendorFiles(json: JsonObject): Files {
  const { keyId, pluginConfig } = json;
  if (typeof keyId !== 'string' || !isJsonObject(pluginConfig)) return invalidArgument('keyId or pluginConfig is missing');
  const { certPath, caPath } = pluginConfig;
  if (typeof certPath !== 'string') return invalidArgument('pluginConfig.certPath is missing');
  return { label: keyId, paths: [certPath, ...(typeof caPath === 'string' && caPath !== '' ? [caPath] : [])] };
}

async function filesOf(values: CommandValues, process: CommandProcess): Promise<Files> {
  if (values.key === undefined) return vendorFiles(parseJsonObject(await process.stdin(), { what: 'stdin' }));
  const ca = textValue(values, 'ca');
  const certificate = neededValue(values, 'certificate');
  return { label: neededValue(values, 'key'), paths: [certificate, ...(ca === undefined ? [] : [ca])] };
}

/** Stores the certificates of a key, so that it can sign. */
export const command: Command = {
  help: `Stores the certificate of a key and those of its CAs, so that it can sign. Makes
nothing trusted: that is add-trust-anchor.

${keyHelp}
  --certificate <path>     PEM or DER; may hold the whole chain
  --ca <path>              certificates of the CAs, up to the root

Without --key it reads the JSON of the closed plugin from stdin.`,
  options: { ...keyOptions, certificate: { type: 'string' }, ca: { type: 'string' } },
  run: async (values, process) => {
    const { label, paths } = await filesOf(values, process);
    const files = await Promise.all(paths.map((path) => readNamedFile(path, 'a file of certificates', 'any')));
    const certificates = files.flatMap((bytes) => parseCertificates(bytes));
    return withBackend(
      process,
      { path: textValue(values, 'config'), passwords: passwordSources(values) },
      async ({ backend }) => {
        const key = await backend.describeKey({ label });
        const chain = orderChain(key.spki, certificates);
        await storeCertificates(backend, key, stateFolders(process.env), chain);
        const subjects = chain.map(({ subjectText }) => subjectText);
        const thumbprints = chain.map(({ thumbprint }) => thumbprint);
        const lines = chain.map(({ subjectText, thumbprint }) => `  sha256:${thumbprint} ${subjectText}`);
        return { text: [`stored ${chain.length} of ${label}:`, ...lines].join('\n'), json: { label, subjects, thumbprints } };
      },
    );
  },
};
