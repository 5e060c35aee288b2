// A registry on a port of this machine: the real one where it is installed, else the one for tests behind node:http.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMemoryRegistry } from '@securosys/testing';
import { isInstalled } from './programs.js';

/** A running registry. */
export interface Registry {
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** Which registry it is. */
  readonly name: string;
  close(): Promise<void>;
}

const listening = async (server: ReturnType<typeof createServer>): Promise<string> => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};

async function freeAddress(): Promise<string> {
  const server = createServer();
  const address = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return address;
}

async function startProgram(): Promise<Registry> {
  const host = await freeAddress();
  const program = spawn('referrers-registry', [host], { stdio: 'ignore' });
  const end = () => program.kill('SIGKILL');
  process.once('exit', end);
  for (const last = Date.now() + 10_000; ; await sleep(50)) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined);
    if (answer?.ok) break;
    if (program.exitCode !== null || Date.now() > last) throw new Error('referrers-registry does not start');
  }
  return {
    host,
    name: 'referrers-registry',
    async close() {
      process.off('exit', end);
      program.kill('SIGTERM');
      await once(program, 'exit');
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function startInProcess(): Promise<Registry> {
  const registry = createMemoryRegistry();
  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '/' } = request;
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as [string, string]);
    const body = method === 'GET' || method === 'HEAD' ? undefined : await bodyOf(request);
    const answer = await registry.handle(new Request(`http://${host}${url}`, { method, headers, ...(body && { body }) }));
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
  });
  const host = await listening(server);
  return {
    host,
    name: 'the in-memory registry of @securosys/testing',
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Starts the registry that is there. */
export async function startRegistry(): Promise<Registry> {
  return (await isInstalled('referrers-registry')) ? startProgram() : startInProcess();
}
