import { isReturnValue, type Native } from './native.js';
import { bufferOf, copyOf, nativeTemplate } from './native-values.js';
import { readAttributes } from './read-attributes.js';
import { sessionHandle } from './sessions.js';
import { type FindCommand, type FindRestCommand, type FoundOnWire, type Results, readAtOnce } from './wire.js';

/** Handles per `C_FindObjects`. */
const page = 64;

/**
 * What was found and is unknown when it is read was deleted meanwhile, by another process or thread, if a second search does not find it
 * either. An object that is found again and still unknown is a failure of the module, and not the absence of the object.
 */
export function findObjects(native: Native, command: FindCommand): Results['find'] {
  const session = sessionHandle(native, command.session);
  const first = findOnce(native, session, command, []);
  return first.gone.length === 0 ? first.found : findOnce(native, session, command, first.gone).found;
}

interface FoundOnce {
  readonly found: Results['find'];
  readonly gone: readonly Buffer[];
}

/** @param suspects objects that were unknown before */
function findOnce(native: Native, session: Buffer, command: FindCommand, suspects: readonly Buffer[]): FoundOnce {
  const handles = search(native, session, command);
  const wanted = handles.slice(0, command.max);
  const { objects, gone } = readEach(native, session, wanted.slice(0, readAtOnce), command.read, suspects);
  const rest = wanted.slice(readAtOnce).map(copyOf);
  return { found: { objects, more: handles.length > command.max, ...(rest.length > 0 && { rest }) }, gone };
}

function readEach(
  native: Native,
  session: Buffer,
  handles: readonly Buffer[],
  read: readonly number[],
  suspects: readonly Buffer[],
): { readonly objects: FoundOnWire[]; readonly gone: Buffer[] } {
  const gone: Buffer[] = [];
  const objects: FoundOnWire[] = [];
  for (const handle of handles)
    try {
      const attributes = readAttributes(native, session, handle, read);
      objects.push({ handle: copyOf(handle), attributes });
    } catch (error) {
      if (!isReturnValue(error, 'CKR_OBJECT_HANDLE_INVALID') || suspects.some((each) => each.equals(handle))) throw error;
      gone.push(handle);
    }
  return { objects, gone };
}

/** Of what is unknown now, what a search finds all the same is read again: unknown twice is a failure. */
export function findRest(native: Native, command: FindRestCommand): Results['findRest'] {
  const session = sessionHandle(native, command.session);
  const { objects, gone } = readEach(native, session, command.objects.map(bufferOf), command.read, []);
  if (gone.length === 0) return objects;
  const there = search(native, session, { template: command.template, max: Number.MAX_SAFE_INTEGER });
  const suspects = gone.filter((each) => there.some((handle) => handle.equals(each)));
  return [...objects, ...readEach(native, session, suspects, command.read, suspects).objects];
}

/** An unfinished search blocks the session for everything: it is ended whatever happens, before any attribute is read. */
function search(native: Native, session: Buffer, { template, max }: Pick<FindCommand, 'template' | 'max'>): Buffer[] {
  const found: Buffer[] = [];
  const attributes = nativeTemplate(template);
  native.method = 'C_FindObjectsInit';
  native.p11.C_FindObjectsInit(session, attributes);
  native.active = true;
  while (found.length <= max) {
    native.method = 'C_FindObjects';
    const handles = native.p11.C_FindObjects(session, page);
    if (handles.length === 0) break;
    found.push(...handles);
  }
  native.method = 'C_FindObjectsFinal';
  native.p11.C_FindObjectsFinal(session);
  native.active = false;
  return found;
}

export function readObject(native: Native, number: number, object: Uint8Array, read: readonly number[]): Results['read'] {
  return readAttributes(native, sessionHandle(native, number), bufferOf(object), read);
}
