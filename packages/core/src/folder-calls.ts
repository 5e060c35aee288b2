// `node:fs` as promises, with files by their descriptors. `node:fs/promises` makes twenty other modules of Node run, which takes a program of
// one call longer than what it has to do with its files.
import fs, { type Stats } from 'node:fs';
import { promisify } from 'node:util';

export const { constants } = fs;
export const open = (path: string, flags: string | number, mode?: number): Promise<number> =>
  promisify(fs.open)(path, flags, mode);
export const close = (file: number): Promise<void> => promisify(fs.close)(file);
export const fstat = (file: number): Promise<Stats> => promisify(fs.fstat)(file);
export const fsync = (file: number): Promise<void> => promisify(fs.fsync)(file);
export const readFile = (file: number): Promise<Uint8Array> => promisify(fs.readFile)(file);
export const writeFile = (file: number, text: string): Promise<void> => promisify(fs.writeFile)(file, text);
/** With all folders above it. */
export const mkdir = (path: string, mode: number): Promise<unknown> => promisify(fs.mkdir)(path, { recursive: true, mode });
export const lstat = (path: string): Promise<Stats> => promisify(fs.lstat)(path);
export const readdir = (path: string): Promise<string[]> => promisify(fs.readdir)(path);
export const rename = (from: string, to: string): Promise<void> => promisify(fs.rename)(from, to);
export const link = (from: string, to: string): Promise<void> => promisify(fs.link)(from, to);
export const unlink = (path: string): Promise<void> => promisify(fs.unlink)(path);
