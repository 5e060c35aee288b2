import { concatBytes, utf8Bytes } from '@securosys/core';
import type { Attestation } from './attestation.js';

const readme = `# Key attestation by an emulator

The key of this attestation lives in software. It proves nothing: the certificates say "EMULATED", and
\`verifyAttestation\` of \`@securosys/tsb-client\` refuses them unless told otherwise.
`;

/** Derived keys have slashes and quotes in their names; unpackers take them for folders. */
const fileName = (label: string): string => label.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_') || 'key';

/**
 * The zip file of `POST /v1/key/keyAttestation` (`tsb-rest-api.md` §2.3): text, signature, attestation public key, chain and a readme.
 * @param now seconds since 1970, the date of its files
 */
export async function attestationArchive(attestation: Attestation, now: number): Promise<Uint8Array<ArrayBuffer>> {
  const [{ ZipFile }, { pemText }] = await Promise.all([import('yazl').then((yazl) => yazl.default), import('@securosys/pki')]);
  const name = fileName(attestation.label);
  const files: Readonly<Record<string, Uint8Array>> = {
    [`${name}.xml`]: utf8Bytes(attestation.xml),
    [`${name}.sig`]: attestation.signature,
    [`${name}.pem`]: utf8Bytes(pemText(attestation.attestationSpki, 'PUBLIC KEY')),
    'PrimusHSM_Attestation.crt': utf8Bytes(attestation.chain.map((der) => pemText(der, 'CERTIFICATE')).join('')),
    'README.md': utf8Bytes(readme),
  };
  const zip = new ZipFile();
  for (const [path, bytes] of Object.entries(files)) zip.addBuffer(Buffer.from(bytes), path, { mtime: new Date(now * 1000) });
  zip.end();
  const parts: Uint8Array[] = [];
  for await (const part of zip.outputStream) parts.push(part as Uint8Array);
  return concatBytes(...parts);
}
