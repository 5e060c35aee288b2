import { isJsonObject, type JsonObject, sha256Hex, utf8Bytes } from '@securosys/core';
import { certificateFormat, pemText, prepareCertificate } from '@securosys/pki';
import { readOwnFile } from '../../files/read-file.js';
import { writeOwnFile } from '../../files/write-file.js';
import type { CommandContext } from '../context.js';
import type { OpenNotary } from '../open/open-notary.js';
import type { PartSigners } from './part-signers.js';

const [day, years] = [86_400_000, 10];

/**
 * The certificate in a file; where there is none, the key issues one to itself for the repository, and it is written there. What people decide
 * on is kept until they have.
 * @throws SignError `ERR_APPROVAL_PENDING`, those of `prepareCertificate` and of signing
 */
export async function rootCertificate(
  context: CommandContext,
  { gun, store }: Pick<OpenNotary, 'gun' | 'store'>,
  { keys, claims }: PartSigners,
  file: string,
): Promise<Uint8Array> {
  const there = await readOwnFile(file, 'the root certificate', 'own');
  const [key] = keys;
  if (there || !key) return there ?? new Uint8Array();
  const now = context.clock.now();
  const name = `certificate-${sha256Hex(utf8Bytes(`${gun} ${key.info.ref.spkiSha256}`))}`;
  const kept = ((await store.get(name)) as { prepared?: JsonObject } | undefined)?.prepared;
  const prepared = isJsonObject(kept)
    ? certificateFormat.restore(kept)
    : await prepareCertificate({
        subject: `CN=${gun}`,
        key: key.info,
        validity: { notBefore: now - 60_000, notAfter: now + years * 365 * day },
        profile: 'leaf',
      });
  if (!kept) await store.put(name, { kind: 'dct-root-certificate', prepared: prepared.toJSON() });
  const settings = await context.settings();
  const progress = await context.progress();
  const signatures: Record<string, Uint8Array> = {};
  for (const { id, algorithm, input, domain, facts } of prepared.parts)
    signatures[id] = await key.signer.sign(
      { algorithm, input, facts, claims, ...(domain && { domain }) },
      {
        timeoutMs: settings.durationMs('approvalTimeout') ?? 0,
        signal: context.signal,
        onProgress: progress.approvals(`root certificate of ${gun}`),
      },
    );
  const pem = utf8Bytes(pemText(prepared.assemble(signatures), 'CERTIFICATE'));
  await writeOwnFile(file, pem, { mode: 0o644 });
  await store.delete(name);
  return pem;
}
