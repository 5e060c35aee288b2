import { concatBytes, invalidArgument, ownBytes, SignError, sanitizeText } from '@securosys/core';
import type { Entry, ZipFile } from 'yauzl';
import type { AttestationBytes } from './input.js';

const maxArchiveBytes = 4 * 1024 * 1024;
const maxEntries = 32;
/** Of one file that is read, unpacked. The readme is skipped, whatever its size. */
const maxFileBytes = 1024 * 1024;

const kinds = { xml: '.xml', signature: '.sig', chain: '.crt' } as const;
type Kind = keyof typeof kinds;

const kindOf = (name: string): Kind | undefined =>
  (Object.keys(kinds) as Kind[]).find((kind) => name.toLowerCase().endsWith(kinds[kind]));

function malformed(why: string, cause?: unknown): never {
  throw new SignError('ERR_MALFORMED', `attestation archive is malformed: ${why}`, cause === undefined ? {} : { cause });
}

async function unpack(zip: ZipFile, entry: Entry): Promise<Uint8Array> {
  if (entry.uncompressedSize > maxFileBytes)
    throw new SignError('ERR_LIMIT', `a file of the attestation archive is over ${maxFileBytes} bytes`);
  const parts: Uint8Array[] = [];
  // The library ends the stream with an error when it yields another number of bytes than was announced.
  for await (const part of await zip.openReadStreamPromise(entry)) parts.push(part as Uint8Array);
  return concatBytes(...parts);
}

async function readEntries(zip: ZipFile): Promise<ReadonlyMap<Kind, Uint8Array>> {
  if (zip.entryCount > maxEntries) throw new SignError('ERR_LIMIT', `the attestation archive has over ${maxEntries} files`);
  const found = new Map<Kind, Uint8Array>();
  for await (const entry of zip.eachEntry()) {
    const kind = kindOf(entry.fileName);
    if (!kind) continue;
    if (found.has(kind)) malformed(`it has two files ${sanitizeText(kinds[kind])}`);
    found.set(kind, await unpack(zip, entry));
  }
  return found;
}

/**
 * The XML, its signature and the chain of a downloaded archive (`tsb-rest-api.md` §2.3), one file of each. Everything else in it,
 * the attestation public key included, is not looked at: the chain says whose key it is. The unpacker loads at the first call.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`, `ERR_LIMIT`
 */
export async function readArchive(archive: Uint8Array): Promise<AttestationBytes> {
  if (!(archive instanceof Uint8Array)) invalidArgument('zip must be the bytes of an archive');
  if (archive.byteLength > maxArchiveBytes)
    throw new SignError('ERR_LIMIT', `the attestation archive is over ${maxArchiveBytes} bytes`);
  const { fromBufferPromise } = await import('yauzl');
  try {
    const files = await readEntries(await fromBufferPromise(Buffer.from(ownBytes(archive).buffer), { strictFileNames: true }));
    const file = (kind: Kind): Uint8Array => files.get(kind) ?? malformed(`it has no file ${kinds[kind]}`);
    return { xml: file('xml'), signature: file('signature'), chain: [file('chain')] };
  } catch (error) {
    if (SignError.is(error)) throw error;
    return malformed('it cannot be unpacked', error);
  }
}
