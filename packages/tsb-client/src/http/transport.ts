import type { Fetch } from '@securosys/core';

/** Something that sends, and what it holds open. */
export interface Transport {
  readonly fetch: Fetch;
  close(): Promise<void>;
}

/**
 * The global `fetch` over a pool of kept-alive connections of our own. undici loads at the first call.
 */
export function pooledTransport(): Transport {
  let agent: Promise<import('undici').Agent> | undefined;
  return {
    fetch: async (input, init) => {
      agent ??= import('undici').then(({ Agent }) => new Agent({ connections: 16, keepAliveTimeout: 10_000 }));
      // `dispatcher` is Node's extension of RequestInit.
      return fetch(input, Object.assign({}, init, { dispatcher: await agent }));
    },
    close: async () => {
      const open = await agent;
      agent = undefined;
      await open?.close();
    },
  };
}
