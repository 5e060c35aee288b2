import { isReturnValue, type Native } from './native.js';
import { bufferOf, copyOf, nativeTemplate } from './native-values.js';
import { readAttributes } from './read-attributes.js';
import { sessionHandle } from './sessions.js';
import type { FindCommand, FoundOnWire, Results } from './wire.js';

/** Handles per `C_FindObjects`. */
const page = 64;

export function findObjects(native: Native, command: FindCommand): Results['find'] {
  const session = sessionHandle(native, command.session);
  const handles = search(native, session, command);
  const objects = handles.slice(0, command.max).flatMap((handle): FoundOnWire[] => {
    try {
      const attributes = readAttributes(native, session, handle, command.read);
      return [{ handle: copyOf(handle), attributes }];
    } catch (error) {
      // Deleted since it was found, by another process or thread.
      if (isReturnValue(error, 'CKR_OBJECT_HANDLE_INVALID')) return [];
      throw error;
    }
  });
  return { objects, more: handles.length > command.max };
}

/** An unfinished search blocks the session for everything: it is ended whatever happens, before any attribute is read. */
function search(native: Native, session: Buffer, { template, max }: FindCommand): Buffer[] {
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
