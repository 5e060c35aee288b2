import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { endianness, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FunctionName, functions } from './functions.js';

const source = fileURLToPath(new URL('./fault-module.c', import.meta.url));

/** Whether there is a C compiler to make it with. Not on Windows: the module is written for POSIX. */
export const canBuildFaultModule: boolean =
  process.platform !== 'win32' && spawnSync('cc', ['--version'], { stdio: 'ignore' }).status === 0;

/** For titles of what is skipped without it. */
export const faultModuleNeeded = canBuildFaultModule ? '' : '(skipped: there is no C compiler)';

/** Which calls of a function fail. */
export interface Fault {
  /** The CK_RV that they return. */
  readonly code: number;
  /** Calls from now on that go well first; default 0. */
  readonly skip?: number;
  /** How many fail then; default 1, `Infinity` for all. */
  readonly times?: number;
  /** The other module does its part first, and the answer is lost: default false. */
  readonly after?: boolean;
}

/** A module that hands calls on to another one, and the controls of the troubles that it makes. They work at once, from any process. */
export interface FaultModule {
  /** Path of the module. */
  readonly path: string;
  fail(name: FunctionName, fault: Fault): void;
  /** Each call of the function takes so much longer. */
  delay(name: FunctionName, milliseconds: number): void;
  /** Calls of the function do not come back until they are released. */
  hang(name: FunctionName): void;
  release(name: FunctionName): void;
  /** Calls of the function since the last `reset`. */
  calls(name: FunctionName): number;
  /** Calls of the function that were made to fail. */
  failed(name: FunctionName): number;
  /** Calls that have hung, back or not. */
  hanging(name: FunctionName): number;
  /** Calls that met another one on the same session: must stay 0. */
  readonly metOnSession: number;
  /** Most calls at the same time. */
  readonly mostRunning: number;
  /** Everything as in the beginning: no troubles, counts of 0. Calls that hang are released. */
  reset(): void;
  /** Resets, and deletes the module. A process that has loaded it may go on using it. */
  remove(): void;
}

/** Words of `struct totals` and `struct control`. */
const record = 16;
const totals = { mostRunning: 1, metOnSession: 2 };
const fields = { calls: 0, failed: 1, delay: 2, hang: 3, skip: 4, times: 5, code: 6, after: 7, hanging: 8 };

/**
 * Compiles a module over `target`, with a control file of its own. Each is a module of its own for `C_Initialize` only as far as its
 * target is: two over the same target share its state.
 */
export function buildFaultModule(target: string): FaultModule {
  const folder = mkdtempSync(join(tmpdir(), 'fault-module-'));
  const [path, control] = [join(folder, 'libfault.so'), join(folder, 'control')];
  writeFileSync(control, new Uint8Array(4 * record * (1 + functions.length)));
  const paths = [`-DTARGET=${JSON.stringify(target)}`, `-DCONTROL=${JSON.stringify(control)}`];
  execFileSync('cc', ['-std=gnu11', '-O1', '-Wall', '-fPIC', '-shared', '-pthread', ...paths, '-o', path, source, '-ldl']);
  return controls(path, control, folder);
}

/** The controls of a module that {@link buildFaultModule} made in another process, by its path. */
export function openFaultModule(path: string): FaultModule {
  const folder = join(path, '..');
  return controls(path, join(folder, 'control'), folder);
}

function controls(path: string, control: string, folder: string): FaultModule {
  const file = openSync(control, 'r+');
  const word = new DataView(new ArrayBuffer(4));
  const little = endianness() === 'LE';
  const read = (at: number): number => {
    readSync(file, word, 0, 4, 4 * at);
    return word.getUint32(0, little);
  };
  const write = (at: number, value: number): void => {
    word.setUint32(0, value, little);
    writeSync(file, word, 0, 4, 4 * at);
  };
  const place = (name: FunctionName, field: keyof typeof fields): number =>
    record * (1 + functions.indexOf(name)) + fields[field];
  const reset = (): void => {
    for (const name of functions) for (const field of ['times', 'hang', 'delay'] as const) write(place(name, field), 0);
    for (const name of functions) for (const field of ['calls', 'failed', 'hanging'] as const) write(place(name, field), 0);
    for (const at of Object.values(totals)) write(at, 0);
  };
  return {
    path,
    fail(name, { code, skip = 0, times = 1, after = false }) {
      write(place(name, 'times'), 0);
      write(place(name, 'skip'), skip);
      write(place(name, 'code'), code);
      write(place(name, 'after'), Number(after));
      write(place(name, 'times'), Math.min(times, 0xffffffff));
    },
    delay: (name, milliseconds) => write(place(name, 'delay'), Math.round(milliseconds * 1000)),
    hang: (name) => write(place(name, 'hang'), 1),
    release: (name) => write(place(name, 'hang'), 0),
    calls: (name) => read(place(name, 'calls')),
    failed: (name) => read(place(name, 'failed')),
    hanging: (name) => read(place(name, 'hanging')),
    get metOnSession() {
      return read(totals.metOnSession);
    },
    get mostRunning() {
      return read(totals.mostRunning);
    },
    reset,
    remove() {
      reset();
      closeSync(file);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
