import type { Clock } from '@securosys/core';
import { openToken } from '../../src/host/open-token.js';
import type { Registry } from '../../src/host/registry.js';
import type { OpenTokenOptions, Token } from '../../src/host/token-options.js';
import type { StartWorker, WorkerPort } from '../../src/host/worker-port.js';
import type { ObjectHandle, TokenInfo } from '../../src/token/token-calls.js';
import { type Batch, readRequests, sendAnswers } from '../../src/worker/batch.js';
import { type Answer, type Command, type Failure, type Request, readAtOnce } from '../../src/worker/wire.js';
import { plainPin } from './real.js';

/** A clock that stands still until it is told to go on. */
export function handClock(): Clock & { pass(ms: number): Promise<void> } {
  let now = 0;
  const sleeping = new Set<{ at: number; wake: () => void }>();
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { at: now + ms, wake: resolve };
        sleeping.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleeping.delete(sleeper);
          reject(signal.reason);
        });
      }),
    async pass(ms) {
      const end = now + ms;
      for (;;) {
        const [next] = [...sleeping].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        now = Math.max(now, next.at);
        sleeping.delete(next);
        next.wake();
        await turn();
      }
      now = end;
      await turn();
    },
  };
}

/** Lets everything run that is ready to. */
export async function turn(): Promise<void> {
  for (let i = 0; i < 8; i++) await new Promise(setImmediate);
}

export interface FakeWorker {
  readonly role: 'control' | 'lane';
  /** Commands by message. */
  readonly messages: Command[][];
  referenced: boolean;
  ended: boolean;
  /** The number of the request that it says it is in. */
  progress: number;
  /** Answers what it holds back, and nothing is held back any more. */
  release(): void;
  die(): void;
}

/** A module in memory: sessions are counted, keys sign by naming their session. */
export interface FakeModule {
  readonly workers: FakeWorker[];
  readonly open: Set<number>;
  readonly calls: Command[];
  maxSessions: number;
  /** How many objects a search finds. */
  objects: number;
  /** Whether this process is the first one to initialise it. */
  owned: boolean;
  /** CKS_… that a session tells. */
  sessionState: number;
  /** What each message of answers says that it took. */
  answerMs: number;
  /** What fails: the answer to a command instead of its own. */
  trouble: (command: Command, worker: FakeWorker) => Failure | 'hold' | undefined;
  count(op: Command['op']): number;
}

export const info = (label: string, id = 1): TokenInfo => ({
  slotId: Uint8Array.of(id, 0, 0, 0, 0, 0, 0, 0),
  label,
  serial: 'serial',
  manufacturer: 'maker',
  model: 'model',
  flags: 0x404,
  firmwareVersion: '1.0',
  hardwareVersion: '1.0',
  slotDescription: 'slot',
  slotManufacturer: 'maker',
});

const objectOf = (handle: Uint8Array) => ({ handle, attributes: new Map([[0x102, handle]]) });

/** @param unreadable why another token cannot be read */
export function fakeModule(
  tokens: readonly TokenInfo[] = [info('one')],
  unreadable?: Failure,
): FakeModule & { start: StartWorker } {
  let sessions = 0;
  const module: FakeModule & { start: StartWorker } = {
    workers: [],
    open: new Set(),
    calls: [],
    maxSessions: Number.POSITIVE_INFINITY,
    objects: 1,
    owned: true,
    sessionState: 1,
    answerMs: 1,
    trouble: () => undefined,
    count: (op) => module.calls.filter((call) => call.op === op).length,
    start(role) {
      let listener: (message: unknown) => void = () => undefined;
      let exit: (error?: unknown) => void = () => undefined;
      let held: Request[] | undefined;
      const post = (requests: readonly Request[]) => {
        const answers: Answer[] = [];
        for (const request of requests) {
          if (held) {
            held.push(request);
            continue;
          }
          worker.progress = request.id;
          const trouble = module.trouble(request.command, worker);
          if (trouble === 'hold') held = [request];
          else if (trouble) answers.push({ id: request.id, failure: trouble });
          else answers.push(result(request));
        }
        if (answers.length > 0)
          sendAnswers(
            { postMessage: (message) => setImmediate(() => worker.ended || listener(message)) },
            answers,
            module.answerMs,
          );
      };
      const worker: FakeWorker = {
        role,
        messages: [],
        referenced: true,
        ended: false,
        progress: 0,
        release() {
          const waiting = held ?? [];
          held = undefined;
          const { trouble } = module;
          module.trouble = () => undefined;
          post(waiting);
          module.trouble = trouble;
        },
        die: () => exit(new Error('out of memory')),
      };
      module.workers.push(worker);
      setImmediate(() => listener({ kind: 'ready' }));
      const port: WorkerPort = {
        postMessage(message) {
          const requests = readRequests(structuredClone(message) as Batch<Request>);
          worker.messages.push(requests.map(({ command }) => command));
          module.calls.push(...requests.map(({ command }) => command));
          post(requests);
        },
        onMessage: (given) => {
          listener = given;
        },
        onExit: (given) => {
          exit = given;
        },
        ref: () => {
          worker.referenced = true;
        },
        unref: () => {
          worker.referenced = false;
        },
        progress: () => worker.progress,
        terminate: () => {
          worker.ended = true;
        },
      };
      return port;
    },
  };
  const result = ({ id, command }: Request): Answer => {
    switch (command.op) {
      case 'initialize':
        return { id, value: { owned: module.owned } };
      case 'libraryInfo':
        return { id, value: { cryptokiVersion: '2.40', manufacturer: 'maker', description: 'library', version: '1.0' } };
      case 'slots':
        return { id, value: { tokens, ...(unreadable && { unreadable }) } };
      case 'tokenInfo':
        return { id, value: tokens.find(({ slotId }) => slotId[0] === command.slot[0]) ?? info('one') };
      case 'openSession': {
        if (module.open.size >= module.maxSessions) return { id, failure: failure(0xb1, 'CKR_SESSION_COUNT', 'C_OpenSession') };
        sessions++;
        module.open.add(sessions);
        return { id, value: sessions };
      }
      case 'closeSession':
        module.open.delete(command.session);
        return { id, value: undefined };
      case 'sessionInfo':
        return { id, value: { slot: Uint8Array.of(1), state: module.sessionState, flags: 4, deviceError: 0 } };
      case 'login':
        return { id, value: 'done' };
      case 'find': {
        const handles = Array.from({ length: module.objects }, (_, at) => Uint8Array.of(7 + at));
        const rest = handles.slice(readAtOnce);
        const objects = handles.slice(0, readAtOnce).map(objectOf);
        return { id, value: { objects, more: false, ...(rest.length > 0 && { rest }) } };
      }
      case 'findRest':
        return { id, value: command.objects.map(objectOf) };
      case 'sign':
        return { id, value: Uint8Array.of(...command.data, command.session) };
      case 'generateKey':
        return { id, value: Uint8Array.of(9) };
      default:
        return { id, value: undefined };
    }
  };
  return module;
}

export const failure = (code: number, name: string, method = 'C_SignInit'): Failure => ({ code, name, method });

export interface Opened {
  readonly token: Token;
  readonly key: ObjectHandle;
  readonly registry: Registry;
}

/** Opens the token of a fake module, with one key. */
export async function openFake(
  module: FakeModule & { start: StartWorker },
  options: Partial<OpenTokenOptions> = {},
  registry: Registry = { pid: process.pid, modules: new Map() },
): Promise<Opened> {
  const token = await openToken(
    { module: '/fake.so', pkcs11js: '/pkcs11js', select: (tokens) => tokens, pin: plainPin('1234'), keepAliveMs: 0, ...options },
    { start: module.start, registry, realpath: (path) => Promise.resolve(path) },
  );
  const [found] = await token.find([], []);
  return { token, key: found!.handle, registry };
}

/** Signs `count` numbers. */
export const signAll = ({ token, key }: Opened, count: number): Promise<Uint8Array[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => token.sign(key, { type: 0x1041 }, Uint8Array.of(n), 64)));
