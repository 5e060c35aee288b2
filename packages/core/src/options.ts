/** Where a library may write what it does. Silent by default; secrets never reach it. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Taken by every call that waits for something. */
export interface CallOptions {
  /** Aborting stops our waiting and nothing else; the error is `signal.reason`, unchanged. */
  signal?: AbortSignal;
  /** Deadline of this call in milliseconds; `ERR_TIMEOUT` after it. */
  timeoutMs?: number;
  logger?: Logger;
}

/** The seam for HTTP: the global `fetch`, undici's, or a test's. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
