import { invalidArgument, knownOptions } from '@securosys/core';

/** Names of the options that every call takes. */
export const callOptions = ['signal', 'timeoutMs', 'logger'] as const;

/** Names of the options that `attach` takes besides. */
export const attachOptions = ['confirm', 'deleteReplaced'] as const;

/** Names of the options that storing a blob takes besides. */
export const pushOptions = ['mountFrom', 'chunkBytes'] as const;

/** Names of the options that storing a blob that comes in pieces takes besides. */
export const pushStreamOptions = [...pushOptions, 'expected', 'size'] as const;

/** Refuses options that are no object or hold unknown members. @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkedOptions(where: string, options: object, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null) invalidArgument(`${where}: options are an object`);
  knownOptions(where, options, names);
}
