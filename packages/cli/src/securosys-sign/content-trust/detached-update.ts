import { invalidArgument, type JsonObject, type Prepared, parseJsonObject, SignError } from '@securosys/core';
import { type DctUpdate, publishUpdate, type TrustedRepository } from '@securosys/dct';
import { writeOwnFile } from '../../files/write-file.js';
import type { CommandContext } from '../context.js';
import type { OpenNotary } from '../open/open-notary.js';
import { asciiJson } from '../output/output.js';
import { pairsOf } from '../pairs.js';
import { isPublished, movedSince, readUpdate, type StoredUpdate, updateJson } from './stored-update.js';

const maxBytes = 16 * 1024 * 1024;

/** Where the bytes of a part go: beside the file. */
const dataFile = (file: string, part: string): string => `${file}.${part.replace(/[^a-z0-9_-]/g, '-')}.data`;

/** Writes an update for signing elsewhere: one file to complete it with, and the bytes to be signed of each part. */
export async function writeUpdate(context: CommandContext, typed: string, update: StoredUpdate, gun: string): Promise<void> {
  const replace = context.words.flag('force');
  const file = context.path(typed);
  const parts = update.prepared.parts.map(({ id, algorithm, input, facts }) => ({
    id,
    algorithm,
    input,
    facts,
    data: dataFile(file, id),
  }));
  await writeOwnFile(file, `${asciiJson(updateJson(update))}\n`, { replace });
  for (const { data, input } of parts) await writeOwnFile(data, input.message, { replace: true });
  const shown = parts.map(({ id, algorithm, facts, data }) => ({ part: id, algorithm, title: facts.title, data }));
  context.output.result({ repository: gun, status: 'prepared', file, parts: shown }, [
    { text: `prepared: ${gun}`, tone: 'good' },
    `  ${file}`,
    ...shown.flatMap(({ part, algorithm, title, data }) => [`  ${part}: ${title}`, `    sign ${data} with ${algorithm}`]),
  ]);
}

/** An update that `--prepare` wrote, read as hostile. @throws SignError `ERR_MALFORMED`, `ERR_INVALID_ARGUMENT` for another repository */
export async function readUpdateFile(context: CommandContext, typed: string, gun: string): Promise<StoredUpdate> {
  const json: JsonObject = parseJsonObject(await context.readFile(typed, 'the prepared update'), {
    what: 'the prepared update',
    maxBytes,
  });
  const update = readUpdate(json);
  const { gun: of } = update.prepared.toJSON();
  if (of !== gun) invalidArgument(`the prepared update is for another repository than ${gun}`);
  return update;
}

/** Demands that nobody has published since it was prepared. @throws SignError `ERR_REQUEST_STALE` */
export function checkCurrent(update: StoredUpdate, repository: TrustedRepository, gun: string): void {
  const moved = movedSince(update, repository);
  if (moved.length > 0 && !isPublished(update, repository))
    throw new SignError('ERR_REQUEST_STALE', `somebody published to ${gun} since this was prepared: ${moved.join('; ')}`, {
      details: { advice: 'prepare it again, and have it signed again' },
    });
}

/**
 * Publishes an update with signatures that were made elsewhere: `--signature part=path`, bytes as the algorithm gives them, ECDSA as r‖s.
 * @throws SignError `ERR_SIGNATURE_MISMATCH`, `ERR_INVALID_ARGUMENT`, those of `publishUpdate`
 */
export async function publishDetached(
  context: CommandContext,
  { server, gun, trust }: OpenNotary,
  update: StoredUpdate,
): Promise<Prepared<DctUpdate>> {
  const repository = await trust.repository(gun, context.clock, { signal: context.signal });
  checkCurrent(update, repository, gun);
  if (isPublished(update, repository)) return update.prepared;
  const files = Object.entries(pairsOf('signature', context.words.list('signature')));
  const signatures = await Promise.all(
    files.map(async ([part, path]) => [part, await context.readFile(path, '--signature')] as const),
  );
  await publishUpdate(server, update.prepared.assemble(Object.fromEntries(signatures)), { signal: context.signal });
  return update.prepared;
}
