/**
 * The main thread's end of one worker. An interface of our own, so that scheduling and recovery are tested against a worker in memory,
 * and so that nothing here knows how a worker is started.
 */
export interface WorkerPort {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  /** One listener each; set once, before the first message. */
  onMessage(listener: (message: unknown) => void): void;
  /** The thread has ended or broken, with what it threw if it threw. */
  onExit(listener: (error?: unknown) => void): void;
  /** While referenced, the worker keeps the process alive. */
  ref(): void;
  unref(): void;
  /** The number of the request that the worker is in, or was in last; 0 before the first. */
  progress(): number;
  /** Ends the thread after the native call that it is in; its sessions stay open in the module. */
  terminate(): void;
}

/** Starts one worker over the given PKCS#11 library. */
export type StartWorker = (role: 'control' | 'lane') => WorkerPort;
