import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { knownOptions, SignError } from '@securosys/core';
import { createHostedFakeTsb, type FakeTsb } from './fake-tsb.js';
import { respond } from './http/node-adapter.js';
import { type FakeTsbOptions, fakeTsbOptionNames } from './options.js';
import { refuseProduction } from './production-guard.js';

/** Where the emulator listens, and how it behaves. */
export interface TsbEmulatorOptions extends Omit<FakeTsbOptions, 'url'> {
  /** Address to listen on. Default `127.0.0.1`; others than loopback need the option below. */
  host?: string;
  /** Default: one that is free. */
  port?: number;
  /** Lets other machines reach software keys over plain http (threat model S35). Name them in `allowHosts`. */
  iKnowThisIsAnEmulatorAndAllowOtherMachines?: boolean;
  /** Further `host:port` values that calls may name in `Host`. */
  allowHosts?: readonly string[];
  /** How often due requests are executed, in milliseconds. Default 1000. A TSB's own template says 60,000. */
  timerIntervalMs?: number;
  /** Gets the warning that every start gives. Default: standard error. */
  banner?: (text: string) => void;
}

/** A running emulator. Close it, or let `await using` do so. */
export interface TsbEmulator {
  readonly url: string;
  /** The bearer token; empty when none is asked for. */
  readonly token: string;
  readonly tsb: FakeTsb;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const own = ['host', 'port', 'iKnowThisIsAnEmulatorAndAllowOtherMachines', 'allowHosts', 'timerIntervalMs', 'banner'];
const loopback = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

function refuseOtherMachines({ host = '127.0.0.1', ...options }: TsbEmulatorOptions): void {
  if (loopback.test(host) || options.iKnowThisIsAnEmulatorAndAllowOtherMachines === true) return;
  throw new SignError(
    'ERR_EMULATOR_REFUSED',
    'an emulated TSB listens on loopback only; set iKnowThisIsAnEmulatorAndAllowOtherMachines to let others reach its software keys',
  );
}

function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  });
}

function bannerText(url: string): string {
  return [
    '********************************************************************',
    '*  EMULATED TSB. Software keys in memory. Never for production.    *',
    '*  Nothing it signs or certifies proves anything.                  *',
    '********************************************************************',
    `listening on ${url}`,
    '',
  ].join('\n');
}

/**
 * Starts an emulated TSB on a port of this machine. Everything is in memory and gone after `close`.
 * @throws SignError `ERR_EMULATOR_REFUSED` under `NODE_ENV=production` or for an address that other machines reach,
 * `ERR_INVALID_ARGUMENT`
 */
export async function startTsbEmulator(options: TsbEmulatorOptions = {}): Promise<TsbEmulator> {
  knownOptions('startTsbEmulator', options, [...fakeTsbOptionNames.filter((name) => name !== 'url'), ...own]);
  refuseProduction(options, process.env.NODE_ENV);
  refuseOtherMachines(options);
  const { host = '127.0.0.1', port = 0, timerIntervalMs = 1000, allowHosts = [] } = options;
  const hosts = new Set(allowHosts.map((name) => name.toLowerCase()));
  const { createServer } = await import('node:http');
  let tsb: FakeTsb | undefined;
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (message, out) => {
    if (tsb) void respond(tsb.handle, message, out);
    else out.destroy();
  });
  const { port: bound } = await listen(server, port, host);
  const authority = `${host.includes(':') ? `[${host}]` : host}:${bound}`;
  for (const name of [authority, `localhost:${bound}`, `127.0.0.1:${bound}`]) hosts.add(name.toLowerCase());
  const url = `http://${authority}`;
  const fake = createHostedFakeTsb({ ...options, url }, hosts);
  tsb = fake;
  const timer = setInterval(() => void fake.tick(), timerIntervalMs).unref();
  (options.banner ?? ((text: string) => void process.stderr.write(text)))(bannerText(url));
  const close = async () => {
    clearInterval(timer);
    await fake.close();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { url, token: fake.token, tsb: fake, close, [Symbol.asyncDispose]: close };
}
