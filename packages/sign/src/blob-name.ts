import { invalidArgument } from '@securosys/core';

/** @throws SignError `ERR_INVALID_ARGUMENT` for what is not one path component that no system reads as something else */
export function checkBlobName(name: string | undefined): void {
  if (name === undefined) return;
  if (typeof name !== 'string' || name.length > 200 || !/^[^/\\:\p{C}]+$/u.test(name) || /^\.{1,2}$/.test(name))
    invalidArgument('name is the name of a file, without a folder');
}
