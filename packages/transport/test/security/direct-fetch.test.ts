import { systemClock, utf8Bytes, utf8Text } from '@securosys/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { boundedRequest, createDirectFetch, type OutboundOptions } from '../../src/index.js';
import { listen } from '../support/server.js';

/** A guarded fetch for one test, and requests over it. */
function direct(options: OutboundOptions = {}) {
  const fetch = createDirectFetch({ schemes: ['http:', 'https:'], ...options });
  onTestFinished(() => fetch.close());
  const request = (url: string, more: { method?: string; body?: Uint8Array; maxBytes?: number; timeoutMs?: number } = {}) =>
    boundedRequest({ fetch, clock: systemClock, url, maxBytes: 100, timeoutMs: 5000, ...more });
  return { fetch, request };
}

const loopback = async () => [{ address: '127.0.0.1', family: 4 }];

describe('the fetch over node:http is as narrow as the one over undici:', () => {
  it.each([
    'http://127.0.0.1/',
    'http://[::1]/',
    'http://169.254.169.254/x',
    'http://metadata/',
    'http://a.internal/',
    'ftp://a.example/',
  ])('nothing is sent to %s', async (url) => {
    await expect(direct().request(url)).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
  });

  it('a public name that leads to this machine gets nothing (DNS rebinding, S26)', async () => {
    let requests = 0;
    const port = await listen((_, response) => response.end(String(++requests)));
    const two = async () => [{ address: '93.184.215.14', family: 4 }, ...(await loopback())];
    for (const resolve of [loopback, two, async () => [{ address: '::ffff:127.0.0.1', family: 6 }]])
      await expect(direct({ resolve }).request(`http://public.example:${port}/`)).rejects.toMatchObject({
        code: 'ERR_ORIGIN_REFUSED',
      });
    expect(requests).toBe(0);
  });

  it('a host that is allowed by name is reached where its name leads', async () => {
    const port = await listen((_, response) => response.end('ok'));
    const { request } = direct({ allowHosts: [`corp.example:${port}`], resolve: loopback });
    const { status, body } = await request(`http://corp.example:${port}/`);
    expect([status, utf8Text(body)]).toEqual([200, 'ok']);
  });

  it('follows no redirect, and knows no proxy', async () => {
    let requests = 0;
    const port = await listen((_, response) => {
      requests++;
      response.writeHead(307, { location: '/other' }).end();
    });
    expect((await direct({ allowPrivate: true }).request(`http://127.0.0.1:${port}/`)).status).toBe(307);
    expect(requests).toBe(1);
    expect(() => createDirectFetch({ proxy: { url: 'http://proxy.example' } })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it('is told what it would do otherwise than asked: logins in URLs, headers without members, redirects that are errors', async () => {
    const { fetch } = direct({ allowPrivate: true });
    const port = await listen((_, response) => response.end());
    const refused = { code: 'ERR_INVALID_ARGUMENT' };
    await expect(fetch(`http://user:secret@127.0.0.1:${port}/`)).rejects.toMatchObject(refused);
    await expect(fetch(`http://127.0.0.1:${port}/`, { headers: new Headers({ accept: 'x' }) })).rejects.toMatchObject(refused);
    await expect(fetch(`http://127.0.0.1:${port}/`, { headers: [['accept', 'x']] })).rejects.toMatchObject(refused);
    await expect(fetch(`http://127.0.0.1:${port}/`, { redirect: 'error' })).rejects.toMatchObject(refused);
  });
});

describe('what goes over it', () => {
  it('is bytes, both ways, over one connection', async () => {
    const seen: string[] = [];
    const ports = new Set<number | undefined>();
    const port = await listen((request, response) => {
      ports.add(request.socket.remotePort);
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        seen.push(`${request.method} ${request.headers['content-length']} ${Buffer.concat(parts).toString('hex')}`);
        response.end(Buffer.from([0, 255]));
      });
    });
    const { request } = direct({ allowPrivate: true });
    for (const body of [Uint8Array.of(0, 128, 255), utf8Bytes('text')]) {
      const { body: answer } = await request(`http://127.0.0.1:${port}/`, { method: 'POST', body });
      expect([...answer]).toEqual([0, 255]);
    }
    expect(seen).toEqual(['POST 3 0080ff', 'POST 4 74657874']);
    expect(ports.size).toBe(1);
  });

  it('has a cap, a deadline and an end', async () => {
    const port = await listen((request, response) => {
      if (request.url === '/silent') return;
      response.writeHead(200, { 'content-length': '1000' });
      response.write('a'.repeat(200));
      if (request.url === '/broken') setImmediate(() => request.socket.destroy());
    });
    const { request } = direct({ allowPrivate: true });
    const url = `http://127.0.0.1:${port}`;
    await expect(request(`${url}/endless`)).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    await expect(request(`${url}/broken`, { maxBytes: 2000 })).rejects.toMatchObject({ code: 'ERR_NETWORK' });
    await expect(request(`${url}/silent`, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  });
});
