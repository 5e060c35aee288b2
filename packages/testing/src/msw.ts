import type { FakeTsb } from '@securosys/tsb-emulator';

/** The part of msw's `http` that is needed: hand in `http` of `msw`, so that this package does not depend on it. */
export interface MswHttp<H> {
  all(path: string, resolver: (info: { request: Request }) => Promise<Response>): H;
}

/**
 * Request handlers for msw 2 that answer as an emulated TSB, for code that calls the global `fetch`.
 *
 * @param url base address that the code under test uses; default: the emulator's own
 * @example
 * ```ts
 * import { mswHandlers } from '@securosys/testing';
 * import { createFakeTsb } from '@securosys/tsb-emulator';
 * import { http } from 'msw';
 * import { setupServer } from 'msw/node';
 * const server = setupServer(...mswHandlers(http, createFakeTsb(), 'https://tsb.example.org'));
 * ```
 */
export function mswHandlers<H>(http: MswHttp<H>, tsb: Pick<FakeTsb, 'handle' | 'url'>, url: string = tsb.url): H[] {
  const base = url.replace(/\/+$/, '');
  const answer = async ({ request }: { request: Request }) => {
    // The emulator answers to its own address only; here the test decides which one leads to it.
    const target = tsb.url + request.url.slice(new URL(base).href.replace(/\/+$/, '').length);
    const { method, headers, body, signal } = request;
    try {
      return await tsb.handle(new Request(target, { method, headers, body, signal, ...(body && { duplex: 'half' as const }) }));
    } catch (error) {
      // A fault of the network; thrown, msw would make an answer of it.
      if (error instanceof TypeError) return Response.error();
      throw error;
    }
  };
  return [http.all(`${base}/*`, answer)];
}
