import { knownOptions, SignError, systemClock } from '@securosys/core';
import { bannerText } from './banner.js';
import { createHostedFakeTsb, type FakeTsb, type HostedFakeTsb } from './fake-tsb.js';
import { servedHosts } from './http/guards.js';
import { createListener, listen, stop } from './http/listener.js';
import { respond } from './http/node-adapter.js';
import { type FakeTsbOptions, fakeTsbOptionNames } from './options.js';
import { refuseProduction } from './production-guard.js';
import { openDataFolder } from './store/data-folder.js';
import { memoryJournal } from './store/journal.js';
import { Material, storedMaterial } from './store/material.js';
import { PartitionStore } from './store/partition-store.js';
import { serverTls } from './tls/server-tls.js';
import { readTlsOptions, type TlsMaterial, type TlsOptions } from './tls/tls-options.js';

/** Where the emulator listens, and how it behaves. */
export interface TsbEmulatorOptions extends Omit<FakeTsbOptions, 'url'> {
  /** Address to listen on. Default `127.0.0.1`; others than loopback need the option below. */
  host?: string;
  /** Default: one that is free. */
  port?: number;
  /** Lets other machines reach software keys (threat model S35). Name them in `allowHosts`. */
  iKnowThisIsAnEmulatorAndAllowOtherMachines?: boolean;
  /** Further `host:port` values that calls may name in `Host`. */
  allowHosts?: readonly string[];
  /** `true` makes a chain, whose root is {@link TsbEmulator.tls}`.ca`. Default: plain http, on loopback. */
  tls?: TlsOptions | boolean;
  /**
   * A folder to keep keys, requests and everything else in, inside `emulated-tsb`. What a call changed is on the disk before the call
   * is answered, so that nothing is lost or done twice when the process is killed. **Private keys are in it in clear.** One process
   * at a time. Default: memory only.
   */
  dataFolder?: string;
  /** How often due requests are executed, in milliseconds. Default 1000. A TSB's own template says 60,000. */
  timerIntervalMs?: number;
  /** Gets the warning that every start gives. Default: standard error. */
  banner?: (text: string) => void;
}

/** A running emulator. Close it, or let `await using` do so. */
export interface TsbEmulator {
  readonly url: string;
  /** The bearer token of the first partition, as it is now; empty when none is asked for. */
  readonly token: string;
  /** What the emulator made for its clients' TLS; empty over plain http. */
  readonly tls: TlsMaterial;
  readonly tsb: FakeTsb;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const own = [
  'host',
  'port',
  'iKnowThisIsAnEmulatorAndAllowOtherMachines',
  'allowHosts',
  'tls',
  'dataFolder',
  'timerIntervalMs',
  'banner',
];
const loopback = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

function refuseOtherMachines({ host = '127.0.0.1', ...options }: TsbEmulatorOptions): void {
  if (loopback.test(host) || options.iKnowThisIsAnEmulatorAndAllowOtherMachines === true) return;
  throw new SignError(
    'ERR_EMULATOR_REFUSED',
    'an emulated TSB listens on loopback only; set iKnowThisIsAnEmulatorAndAllowOtherMachines to let others reach its software keys',
  );
}

/**
 * Starts an emulated TSB on a port of this machine.
 * @throws SignError `ERR_EMULATOR_REFUSED` under `NODE_ENV=production`, for an address that other machines reach and for one that
 * cannot be had, `ERR_STORE` for a data folder that cannot be used or is damaged, `ERR_INVALID_ARGUMENT`
 */
export async function startTsbEmulator(options: TsbEmulatorOptions = {}): Promise<TsbEmulator> {
  knownOptions('startTsbEmulator', options, [...fakeTsbOptionNames.filter((name) => name !== 'url'), ...own]);
  refuseProduction(options, process.env.NODE_ENV);
  refuseOtherMachines(options);
  const tlsOptions = readTlsOptions(options.tls);
  const journal = options.dataFolder === undefined ? memoryJournal : await openDataFolder(options.dataFolder);
  try {
    const { host = '127.0.0.1', port = 0, clock = systemClock } = options;
    const names = [...new Set([host, 'localhost', '127.0.0.1', '::1'])];
    // A partition's name is not empty, so nothing of the server gets between the partitions' records.
    const store = new PartitionStore('', journal);
    const material = new Material(store.collection(storedMaterial));
    const tls = tlsOptions && (await serverTls(tlsOptions, names, clock, material));
    store.commit();

    let fake: HostedFakeTsb | undefined;
    const scheme = tls ? 'https' : 'http';
    const server = await createListener(tls?.node, (message, out) => {
      if (fake) void respond(fake.exchange, scheme, message, out);
      else out.destroy();
    });
    const { port: bound } = await listen(server, port, host);
    try {
      const authorities = names.map((name) => `${name.includes(':') ? `[${name}]` : name}:${bound}`);
      const hosts = servedHosts(scheme, [...(options.allowHosts ?? []), ...authorities]);
      const url = `${scheme}://${authorities[0]}`;
      fake = createHostedFakeTsb({ ...options, url }, hosts, journal);
      const { tsb } = fake;
      // A folder that cannot be written fails calls with error 703; the timer tries again the next time.
      const timer = setInterval(() => void tsb.tick().catch(() => undefined), options.timerIntervalMs ?? 1000).unref();
      (options.banner ?? ((text: string) => void process.stderr.write(text)))(bannerText(url, options.dataFolder));
      const close = async () => {
        clearInterval(timer);
        await stop(server);
        await tsb.close();
      };
      return {
        url,
        get token() {
          return tsb.token;
        },
        tls: tls?.material ?? {},
        tsb,
        close,
        [Symbol.asyncDispose]: close,
      };
    } catch (error) {
      await stop(server);
      throw error;
    }
  } catch (error) {
    journal.close();
    throw error;
  }
}
