import { invalidArgument } from '@securosys/core';
import { responseOf } from './direct/response.js';
import { openSender, type Sender } from './direct/sender.js';
import { refusalIn } from './outbound/refusal.js';
import { type OutboundOptions, outboundSettings } from './outbound/settings.js';
import type { OutboundFetch } from './outbound-fetch.js';

/**
 * {@link createOutboundFetch} over `node:http` and `node:https`, with the same guards, for programs that live for a few requests: the
 * platform's fetch takes longer to load than such a program takes for everything else. It takes URLs without logins and headers as
 * members of an object, sends bytes and texts, follows no redirect and knows no proxies. Its answers have what `exchange`, `readBody` and `discard` read: status, `headers.get`, and a body to
 * read or to cancel.
 *
 * @example
 * ```ts
 * import { systemClock } from '@securosys/core';
 * import { boundedRequest, createDirectFetch } from '@securosys/transport';
 * const fetch = createDirectFetch({ allowHosts: ['notary.corp'] });
 * const url = 'https://notary.corp/_notary_server/health';
 * const { status } = await boundedRequest({ fetch, clock: systemClock, url, maxBytes: 1024, timeoutMs: 5000 });
 * console.log(status);
 * await fetch.close();
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT` for bad options, and for a proxy; its calls as those of `createOutboundFetch`
 */
export function createDirectFetch(options: OutboundOptions = {}): OutboundFetch {
  const settings = outboundSettings(options);
  if (settings.proxy || settings.environment) invalidArgument('createDirectFetch knows no proxies: createOutboundFetch does');
  const senders = new Map<string, Promise<Sender>>();
  const senderOf = (protocol: string): Promise<Sender> => {
    const sender = senders.get(protocol) ?? openSender(protocol, settings);
    senders.set(protocol, sender);
    return sender;
  };
  const send = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    if (!(input instanceof URL) && typeof input !== 'string') return invalidArgument('this fetch takes URLs');
    const url = URL.canParse(String(input)) ? new URL(input) : invalidArgument('what is fetched is no absolute URL');
    settings.check(url);
    // node:http would make a login of them.
    if (url.username !== '' || url.password !== '') return invalidArgument('what is fetched holds a login');
    const { method = 'GET', headers = {}, body, signal } = init;
    // Headers and lists of pairs have no members to be copied: they would be lost without a word.
    if (Symbol.iterator in headers) return invalidArgument('this fetch takes headers as the members of an object');
    if (init.redirect === 'error') return invalidArgument('this fetch gives redirects back, and follows none');
    if (body !== undefined && body !== null && typeof body !== 'string' && !(body instanceof Uint8Array))
      return invalidArgument('this fetch sends bytes and texts');
    const bytes = body ?? undefined;
    const length = bytes === undefined ? {} : { 'content-length': String(Buffer.byteLength(bytes)) };
    const sender = await senderOf(url.protocol);
    const sent = { method, headers: { ...(headers as Record<string, string>), ...length }, ...(signal && { signal }) };
    try {
      return responseOf(await sender.send(url, sent, bytes));
    } catch (cause) {
      throw refusalIn(cause) ?? new TypeError('fetch failed', { cause });
    }
  };
  const close = async () => {
    const opened = [...senders.values()];
    senders.clear();
    for (const sender of opened) {
      const { close: end } = await sender;
      end();
    }
  };
  return Object.assign(send, { close, [Symbol.asyncDispose]: close });
}
