// `node:fs` as promises, with files by their descriptors. `node:fs/promises` makes twenty other modules of Node run, which takes a program of
// one call longer than what it has to do with its files.
import fs, { type Stats } from 'node:fs';

/** What a store does with files. */
export interface FolderCalls {
  open(path: string, flags: string | number, mode?: number): Promise<number>;
  close(file: number): Promise<void>;
  fstat(file: number): Promise<Stats>;
  fsync(file: number): Promise<void>;
  readFile(file: number): Promise<Uint8Array>;
  writeFile(file: number, text: string): Promise<void>;
  /** With all folders above it. */
  mkdir(path: string, mode: number): Promise<unknown>;
  lstat(path: string): Promise<Stats>;
  readdir(path: string): Promise<string[]>;
  rename(from: string, to: string): Promise<void>;
  link(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
}

type Done<T> = (error: Error | null, value?: T) => void;

/** What calls back as a promise; `promisify` copies a function with all that belongs to it, each time. */
const called = <T = void>(start: (done: Done<T>) => void): Promise<T> =>
  new Promise((resolve, reject) => start((error, value) => (error ? reject(error) : resolve(value as T))));

export const { constants } = fs;

/** In Node's threads, where they keep nobody else waiting. */
export const threadCalls: FolderCalls = {
  open: (path, flags, mode) => called((done) => fs.open(path, flags, mode, done)),
  close: (file) => called((done) => fs.close(file, done)),
  fstat: (file) => called((done) => fs.fstat(file, done)),
  fsync: (file) => called((done) => fs.fsync(file, done)),
  readFile: (file) => called((done) => fs.readFile(file, done)),
  writeFile: (file, text) => called((done) => fs.writeFile(file, text, done)),
  mkdir: (path, mode) => called((done) => fs.mkdir(path, { recursive: true, mode }, done)),
  lstat: (path) => called((done) => fs.lstat(path, done)),
  readdir: (path) => called((done) => fs.readdir(path, done)),
  rename: (from, to) => called((done) => fs.rename(from, to, done)),
  link: (from, to) => called((done) => fs.link(from, to, done)),
  unlink: (path) => called((done) => fs.unlink(path, done)),
};

/** In the calling thread: handing over each of twenty calls takes longer than the calls. */
export const blockingCalls: FolderCalls = {
  open: async (path, flags, mode) => fs.openSync(path, flags, mode),
  close: async (file) => fs.closeSync(file),
  fstat: async (file) => fs.fstatSync(file),
  fsync: async (file) => fs.fsyncSync(file),
  readFile: async (file) => fs.readFileSync(file),
  writeFile: async (file, text) => fs.writeFileSync(file, text),
  mkdir: async (path, mode) => fs.mkdirSync(path, { recursive: true, mode }),
  lstat: async (path) => fs.lstatSync(path),
  readdir: async (path) => fs.readdirSync(path),
  rename: async (from, to) => fs.renameSync(from, to),
  link: async (from, to) => fs.linkSync(from, to),
  unlink: async (path) => fs.unlinkSync(path),
};
