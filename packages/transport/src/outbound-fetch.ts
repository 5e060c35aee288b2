import { invalidArgument } from '@securosys/core';
import type { Dispatcher } from 'undici';
import { openDispatcher } from './outbound/dispatcher.js';
import { refusalIn } from './outbound/refusal.js';
import { type OutboundOptions, outboundSettings } from './outbound/settings.js';

/** A `fetch` that goes where it may, and the connections that it holds. */
export interface OutboundFetch extends AsyncDisposable {
  (input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** Gives up running requests and closes the connections; a later request opens new ones. Idle connections keep no process alive. */
  close(): Promise<void>;
}

/**
 * The global `fetch` over connections of its own, which lead to public hosts only: judged by the URL before anything is sent, and by the
 * address when the connection is made (threat model S26). Redirects are not followed, whatever `init` says. Nothing global changes;
 * undici loads at the first request.
 *
 * @example
 * ```ts
 * import { createOutboundFetch } from '@securosys/transport';
 * const fetch = createOutboundFetch({ allowHosts: ['registry.corp:5000'] });
 * const response = await fetch('https://registry.corp:5000/v2/');
 * console.log(response.status);
 * await fetch.close();
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT` for bad options; its calls the same for what is no URL, `ERR_ORIGIN_REFUSED` for what may not be reached, and what
 * `fetch` rejects with
 */
export function createOutboundFetch(options: OutboundOptions = {}): OutboundFetch {
  const settings = outboundSettings(options);
  let opening: Promise<Dispatcher> | undefined;
  const open = () => {
    const opened = openDispatcher(settings);
    opening = opened;
    // What could not be opened (a proxy password that was not to be had) is tried again by the next request.
    opened.catch(() => {
      if (opening === opened) opening = undefined;
    });
    return opened;
  };
  const send = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const target = input instanceof Request ? input.url : input;
    settings.check(URL.canParse(String(target)) ? new URL(target) : invalidArgument('what is fetched is no absolute URL'));
    const dispatcher = await (opening ?? open());
    const redirect = init.redirect === 'error' ? init.redirect : 'manual';
    try {
      // `dispatcher` is Node's extension of RequestInit.
      return await globalThis.fetch(input, Object.assign({}, init, { redirect, dispatcher }));
    } catch (error) {
      throw refusalIn(error) ?? error;
    }
  };
  const close = async () => {
    const opened = opening;
    opening = undefined;
    const dispatcher = await opened?.catch(() => undefined);
    await dispatcher?.destroy();
  };
  return Object.assign(send, { close, [Symbol.asyncDispose]: close });
}
