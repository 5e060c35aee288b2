import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { systemClock } from '@securosys/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { boundedRequest, createOutboundFetch, type OutboundOptions } from '../../src/index.js';
import { environmentProxies } from '../../src/outbound/proxy.js';
import { listen } from '../support/server.js';

/** A guarded fetch for one test. */
function guarded(options: OutboundOptions = {}) {
  const fetch = createOutboundFetch({ schemes: ['http:', 'https:'], ...options });
  onTestFinished(() => fetch.close());
  return fetch;
}

const loopback = async () => [{ address: '127.0.0.1', family: 4 }];

describe('a URL that may not be reached is refused before anything is sent:', () => {
  it.each([
    'http://127.0.0.1/',
    'http://[::1]/',
    'http://localhost/',
    'http://169.254.169.254/latest/meta-data',
    'http://[::ffff:169.254.169.254]/',
    'http://2852039166/',
    'http://metadata/',
    'http://a.internal/',
    'ftp://public.example/',
    'data:text/plain,x',
    'file:///etc/passwd',
  ])('%s', async (url) => {
    await expect(guarded()(url)).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
  });

  it('http unless it is asked for, or for that host', async () => {
    const port = await listen((_, response) => response.end('ok'));
    const resolve = loopback;
    await expect(guarded({ schemes: ['https:'], resolve })(`http://public.example:${port}/`)).rejects.toMatchObject({
      code: 'ERR_ORIGIN_REFUSED',
    });
    const plain = guarded({ schemes: ['https:'], plainHttp: [`public.example:${port}`], resolve });
    expect(await (await plain(`http://public.example:${port}/`)).text()).toBe('ok');
  });

  it('a Request is judged like its URL', async () => {
    await expect(guarded()(new Request('http://127.0.0.1/'))).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
  });
});

describe('the address is judged when the connection is made (DNS rebinding, S26):', () => {
  it('a public name that leads to this machine gets nothing', async () => {
    let requests = 0;
    const port = await listen((_, response) => response.end(String(++requests)));
    for (const resolve of [
      loopback,
      async () => [
        { address: '93.184.215.14', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ],
      async () => [{ address: '::ffff:127.0.0.1', family: 6 }],
    ])
      await expect(guarded({ resolve })(`http://public.example:${port}/`)).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
    expect(requests).toBe(0);
  });

  it('what was judged is what is connected to: the name is resolved once per connection', async () => {
    let asked = 0;
    const port = await listen((_, response) => response.end('inside'));
    // Public for whoever checks first, private for whoever asks again.
    const resolve = async () => (asked++ === 0 ? [{ address: '192.0.2.1', family: 4 }] : loopback());
    await expect(guarded({ resolve })(`http://public.example:${port}/`)).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
    expect(asked).toBe(1);
  });

  it('a host that is allowed by name and port is reached, on another port not', async () => {
    const port = await listen((_, response) => response.end('ok'));
    const fetch = guarded({ allowHosts: [`127.0.0.1:${port}`] });
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('ok');
    await expect(fetch(`http://127.0.0.1:${port === 80 ? 81 : 80}/`)).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
    expect(await (await guarded({ allowPrivate: true })(`http://127.0.0.1:${port}/`)).text()).toBe('ok');
  });

  it('a name without addresses is a network error and no refusal', async () => {
    const fetch = guarded({ resolve: async () => [] });
    const request = boundedRequest({ fetch, clock: systemClock, url: 'http://public.example/', maxBytes: 1, timeoutMs: 5000 });
    await expect(request).rejects.toMatchObject({ code: 'ERR_NETWORK', details: { names: ['ENOTFOUND'] } });
  });
});

describe('redirects', () => {
  it('are not followed, whatever the caller asks', async () => {
    let requests = 0;
    const port = await listen((_, response) => {
      requests++;
      response.writeHead(307, { location: '/other' }).end();
    });
    const fetch = guarded({ allowPrivate: true });
    for (const redirect of ['follow', 'manual', undefined] as const)
      expect((await fetch(`http://127.0.0.1:${port}/`, redirect ? { redirect } : {})).status).toBe(307);
    expect((await fetch(new Request(`http://127.0.0.1:${port}/`, { redirect: 'follow' }))).status).toBe(307);
    expect(requests).toBe(4);
  });
});

describe('a proxy', () => {
  /** A proxy that tunnels everything to `target`; what it was asked for. */
  async function proxy(target: () => number) {
    const asked: IncomingMessage[] = [];
    const port = await listen(
      () => undefined,
      (request, socket) => {
        asked.push(request);
        const upstream = connect(target(), '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          upstream.pipe(socket).pipe(upstream);
        });
        upstream.on('error', () => socket.destroy());
        socket.on('error', () => upstream.destroy());
      },
    );
    return { asked, url: `http://127.0.0.1:${port}` };
  }

  it('gets the login and the name, the server gets neither the login nor the name resolved here', async () => {
    const headers: IncomingMessage['headers'][] = [];
    const port = await listen((request, response) => {
      headers.push(request.headers);
      response.end('ok');
    });
    const { asked, url } = await proxy(() => port);
    const resolve = async () => Promise.reject(new Error('nobody resolves here'));
    const fetch = guarded({ proxy: { url, username: 'ci', password: async () => 'pässword' }, resolve });
    expect(await (await fetch('http://public.example/x')).text()).toBe('ok');
    expect(asked.map((request) => [request.url, request.headers['proxy-authorization']])).toEqual([
      ['public.example:80', `Basic ${Buffer.from('ci:pässword').toString('base64')}`],
    ]);
    expect(headers[0]).not.toHaveProperty('proxy-authorization');
    await expect(fetch('http://127.0.0.1/')).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
  });

  it('of the environment is used only when that is asked for (S40)', async () => {
    const port = await listen((_, response) => response.end('ok'));
    const { asked, url } = await proxy(() => port);
    const before = { http_proxy: process.env.http_proxy, no_proxy: process.env.no_proxy };
    onTestFinished(() => {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    });
    process.env.http_proxy = url;
    process.env.no_proxy = 'direct.example';
    await expect(guarded({ resolve: loopback })(`http://public.example:${port}/`)).rejects.toMatchObject({
      code: 'ERR_ORIGIN_REFUSED',
    });
    expect(asked).toEqual([]);
    const fetch = guarded({ proxy: 'environment', resolve: loopback });
    expect(await (await fetch('http://public.example/')).text()).toBe('ok');
    expect(asked).toHaveLength(1);
    // What goes past the proxy meets the guard again.
    await expect(fetch(`http://direct.example:${port}/`)).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
    expect(asked).toHaveLength(1);
  });

  it('is not what a stranger names in the header Proxy of a CGI request', () => {
    const url = 'http://stranger.example';
    expect(environmentProxies({ HTTP_PROXY: url }).httpProxy).toBe(url);
    expect(environmentProxies({ HTTP_PROXY: url, REQUEST_METHOD: 'GET' }).httpProxy).toBe('');
    expect(environmentProxies({ http_proxy: url, REQUEST_METHOD: 'GET' }).httpProxy).toBe(url);
  });

  it.each<[string, unknown, string]>([
    [
      'a login over plain http to another machine',
      { url: 'http://proxy.example', username: 'a', password: 'b' },
      'ERR_ORIGIN_REFUSED',
    ],
    ['a login in the URL', { url: 'http://a:b@127.0.0.1' }, 'ERR_INVALID_ARGUMENT'],
    ['half a login', { url: 'http://127.0.0.1', username: 'a' }, 'ERR_INVALID_ARGUMENT'],
    ['a path', { url: 'http://127.0.0.1/x' }, 'ERR_INVALID_ARGUMENT'],
    ['another scheme', { url: 'socks5://127.0.0.1' }, 'ERR_INVALID_ARGUMENT'],
    ['text', 'http://127.0.0.1', 'ERR_INVALID_ARGUMENT'],
    ['an unknown member', { url: 'http://127.0.0.1', user: 'a' }, 'ERR_INVALID_ARGUMENT'],
  ])('with %s is refused', (_, given, code) => {
    expect(() => createOutboundFetch({ proxy: given as never })).toThrow(expect.objectContaining({ code }));
  });
});

describe('options', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['misspelt', { allowhosts: [] }],
    ['a scheme', { schemes: ['ftp:'] }],
    ['hosts that are text', { allowHosts: 'a' }],
    ['a host with a path', { plainHttp: ['a/b'] }],
    ['resolve', { resolve: 'dns' }],
    ['ca that is a path', { ca: '/etc/ssl/ca.pem' }],
    ['ca without a certificate', { ca: [] }],
    ['ca with a broken certificate', { ca: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----' }],
  ])('%s: ERR_INVALID_ARGUMENT', (_, options) => {
    expect(() => createOutboundFetch(options as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it('nothing global changes, and connections are opened again after a close', async () => {
    const before = globalThis.fetch;
    const port = await listen((_, response) => response.end('ok'));
    const fetch = guarded({ allowPrivate: true });
    for (let i = 0; i < 2; i++) {
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('ok');
      await fetch.close();
    }
    expect(globalThis.fetch).toBe(before);
    await expect(globalThis.fetch(`http://127.0.0.1:${port}/`).then((r) => r.text())).resolves.toBe('ok');
  });
});
