import { subscribe, unsubscribe } from 'node:diagnostics_channel';

interface Seen {
  readonly request: { readonly method: string; readonly path: string };
  readonly response: { readonly statusCode: number };
}

const key = (method: string, path: string) => `${method} ${path}`;

/** The last HTTP status of each path: the client itself does not tell statuses of success apart. */
export class Statuses {
  readonly #last = new Map<string, number>();
  readonly #seen = (message: unknown) => {
    const { request, response } = message as Seen;
    this.#last.set(key(request.method, new URL(request.path, 'http://path.invalid').pathname), response.statusCode);
  };

  constructor() {
    subscribe('undici:request:headers', this.#seen);
  }

  of(method: string, path: string): number | undefined {
    return this.#last.get(key(method, path));
  }

  close(): void {
    unsubscribe('undici:request:headers', this.#seen);
  }
}
