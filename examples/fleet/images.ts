// A registry on a port of this machine, for many processes, and images to be signed.
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { canonicalJson, utf8Bytes } from '@securosys/core';
import { createOci, type Oci } from '@securosys/oci';
import { createMemoryRegistry } from '@securosys/testing';

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** The registry of `@securosys/testing`, served. `host` is `127.0.0.1:port`. */
export async function serveRegistry(): Promise<{ host: string; oci: Oci; close(): Promise<void> }> {
  const registry = createMemoryRegistry();
  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '/' } = request;
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as [string, string]);
    const body = method === 'GET' || method === 'HEAD' ? undefined : await bodyOf(request);
    const answer = await registry.handle(new Request(`http://${host}${url}`, { method, headers, ...(body && { body }) }));
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    // For whoever is in this process, without the port.
    oci: createOci({ fetch: registry.fetch, plainHttp: [host] }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Pushes images that differ in one annotation. @returns their references, by digest */
export async function pushImages(oci: Oci, repositoryName: string, count: number): Promise<string[]> {
  const repository = oci.open(repositoryName);
  const config = await repository.pushBlob(
    utf8Bytes('{"architecture":"amd64","os":"linux"}'),
    'application/vnd.oci.image.config.v1+json',
  );
  const layer = await repository.pushBlob(utf8Bytes('app'), 'application/vnd.oci.image.layer.v1.tar');
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const common = { schemaVersion: 2, mediaType, config: { ...config }, layers: [{ ...layer }] };
  const references: string[] = [];
  for (let build = 1; build <= count; build++) {
    const manifest = utf8Bytes(canonicalJson({ ...common, annotations: { build: `${build}` } }));
    references.push(`${repositoryName}@${(await repository.pushManifest(manifest, mediaType)).digest}`);
  }
  return references;
}
