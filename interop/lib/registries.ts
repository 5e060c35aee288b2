import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Service, serve } from './process.js';
import type { Scope } from './scope.js';

/** A registry of this machine, over plain http. */
export interface Registry {
  readonly name: 'referrers-registry' | 'docker-registry';
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** Whether it answers the referrers API; the other needs the fallback tag. */
  readonly referrersApi: boolean;
}

/** A port of this machine that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Whether it answers before it exits or ten seconds have passed. */
async function answers(service: Service, host: string): Promise<boolean> {
  for (const end = performance.now() + 10_000; performance.now() < end && !service.exited(); ) {
    const response = await fetch(`http://${host}/v2/`, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    if (response?.ok) return true;
    await sleep(50);
  }
  return false;
}

/** Another process may take a port between our look and the start, so a second and a third are tried. */
async function started(scope: Scope, program: Registry['name'], args: (host: string) => Promise<string[]>): Promise<string> {
  let output = '';
  for (let attempt = 0; attempt < 3; attempt++) {
    const host = `127.0.0.1:${await freePort()}`;
    const service = serve(program, await args(host));
    if (await answers(service, host)) {
      scope.defer(() => service.stop());
      return host;
    }
    output = service.output();
    await service.stop();
  }
  throw new Error(`${program} does not start\n${output}`);
}

/** A registry with the referrers API, in memory. */
export async function startReferrersRegistry(scope: Scope): Promise<Registry> {
  const host = await started(scope, 'referrers-registry', async (address) => [address]);
  return { name: 'referrers-registry', host, referrersApi: true };
}

/** Docker's registry 2.8, which has no referrers API. */
export async function startDockerRegistry(scope: Scope): Promise<Registry> {
  const folder = await scope.folder();
  const host = await started(scope, 'docker-registry', async (address) => {
    const config = {
      version: 0.1,
      log: { level: 'error', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
      http: { addr: address },
    };
    const path = join(folder, 'config.yml');
    await writeFile(path, JSON.stringify(config)); // JSON is YAML
    return ['serve', path];
  });
  return { name: 'docker-registry', host, referrersApi: false };
}

/** The tags of a repository as the registry lists them. */
export async function tagsOf(registry: Registry, repository: string): Promise<string[]> {
  const response = await fetch(`http://${registry.host}/v2/${repository}/tags/list`);
  if (!response.ok) throw new Error(`tags of ${repository}: ${response.status}`);
  return ((await response.json()) as { tags: string[] | null }).tags ?? [];
}
