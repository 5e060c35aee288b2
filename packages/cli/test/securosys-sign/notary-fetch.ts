import type { Fetch } from '@securosys/core';
import type { PublishedFile } from '../../../dct/src/index.js';
import { FakeNotary } from '../../../dct/test/support/fake-notary.js';

/** A Notary server at `https://notary.example`, over HTTP, for one repository; everything else goes on. */
export interface NotaryService {
  readonly notary: FakeNotary;
  readonly fetch: Fetch;
  /** Demanded as Basic, when it is set. */
  login: string | undefined;
  /** Values of `authorization` by host, as they came. */
  readonly seen: { readonly host: string; readonly authorization: string }[];
}

const answer = (bytes: Uint8Array | undefined): Response =>
  bytes ? new Response(bytes as Uint8Array<ArrayBuffer>) : new Response('{}', { status: 404 });

export function createNotaryService(gun: string, now: number, others: Fetch): NotaryService {
  const notary = new FakeNotary(gun, now);
  const prefix = `/v2/${gun}/_trust/tuf/`;
  const serve = async (path: string, method: string, init: RequestInit): Promise<Response> => {
    const key = /^(snapshot|timestamp)\.key$/.exec(path)?.[1] as 'snapshot' | 'timestamp' | undefined;
    if (key) {
      const { json } = await notary[method === 'POST' ? 'rotateServerKey' : 'serverKey'](key);
      return Response.json(json);
    }
    if (method === 'POST') {
      const form = await new Response(init.body ?? null, { headers: init.headers ?? {} }).formData();
      const files = await Promise.all(
        form.getAll('files').map(async (file) => {
          const { name } = file as File;
          return { role: name, bytes: new Uint8Array(await (file as File).arrayBuffer()) } as PublishedFile;
        }),
      );
      try {
        await notary.publish(files);
      } catch {
        return Response.json({ errors: [{ code: 'VERSION' }] }, { status: 400 });
      }
      return new Response('');
    }
    const [, version] = /^(\d+)\.root\.json$/.exec(path) ?? [];
    if (version !== undefined) return answer(notary.roots.get(Number(version)));
    const [, role, hash] = /^(.*?)(?:\.([0-9a-f]{64}))?\.json$/.exec(path) ?? [];
    return answer(hash === undefined ? notary.files.get(role as string) : notary.byHashes.get(`${role} ${hash}`));
  };
  const service: NotaryService = {
    notary,
    login: undefined,
    seen: [],
    fetch: async (input, init = {}) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const authorization = new Headers(init.headers ?? {}).get('authorization');
      if (authorization !== null) service.seen.push({ host: url.host, authorization });
      if (url.host !== 'notary.example') return others(input, init);
      if (service.login !== undefined && authorization !== `Basic ${btoa(service.login)}`)
        return new Response('{}', { status: 401, headers: { 'www-authenticate': 'Basic realm="notary"' } });
      return serve(url.pathname.slice(prefix.length), init.method ?? 'GET', init);
    },
  };
  return service;
}
