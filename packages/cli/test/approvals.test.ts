import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { base64Bytes, base64Text } from '@securosys/core';
import { handleNotation, notationJws, openEnvelope } from '@securosys/notation-envelope';
import { parseCertificate } from '@securosys/pki';
import { afterAll, describe, expect, it } from 'vitest';
import {
  approveAll,
  cose,
  createWorld,
  jws,
  meanwhile,
  payloadOf,
  people,
  removeWorlds,
  target,
  type World,
  whileWaiting,
} from './helpers.js';

afterAll(removeWorlds);

async function worldWithPeople(): Promise<World> {
  const world = createWorld();
  await world.addKey('release', 'ec-p256', { approvers: people });
  return world;
}

const statusFiles = ({ folder }: World) => readdirSync(join(folder, 'securosys', 'status'));
const soon = { pluginConfig: { timeout: '5m' } };

describe('a key that people have to approve', () => {
  it('signs while the plugin waits, and says in a file how it stands meanwhile', async () => {
    const world = await worldWithPeople();
    let shown: unknown;
    const plugin = whileWaiting(world.plugin, async (id, looks) => {
      if (looks === 0) shown = JSON.parse(readFileSync(join(world.folder, 'securosys', 'status', `${id}.json`), 'utf8'));
    });
    meanwhile(world, (id) => approveAll(world, id));
    const { answer, exitCode } = await world.envelope('release', soon, plugin);
    expect(exitCode).toBe(0);
    expect(openEnvelope(base64Bytes(String(answer.signatureEnvelope)), jws).subject).toEqual(target);
    expect(shown).toMatchObject({ status: 'pending', keyId: 'release', waitsUntil: '2026-03-01T00:05:00Z' });
    expect(statusFiles(world)).toEqual([]);
    expect(world.tsb.requests).toHaveLength(1);
  });

  it.each([jws, cose])('gives up at its own deadline, and a second run continues the same %s request', async (type) => {
    const world = await worldWithPeople();
    const asked = { ...soon, signatureEnvelopeType: type, expiryDurationInSeconds: 86_400 };
    const { error, exitCode } = await world.envelope('release', asked);
    const [request] = world.tsb.requests;
    expect(exitCode).toBe(1);
    expect(error.errorCode).toBe('TIMEOUT');
    expect(error.errorMessage).toContain(request?.id);
    expect(error.errorMessage).toMatch(/run the same notation command once more/);
    expect(error.errorMetadata).toEqual({ code: 'ERR_APPROVAL_PENDING', requestId: request?.id });
    expect(statusFiles(world)).toEqual([`${request?.id}.json`]);
    expect((await world.command('status')).stdout).toContain(request?.id);
    world.clock.advance(600_000);
    await approveAll(world, String(request?.id));
    const { answer } = await world.envelope('release', asked);
    expect(world.tsb.requests).toHaveLength(1);
    const { attributes } = openEnvelope(base64Bytes(String(answer.signatureEnvelope)), type as typeof jws);
    expect(attributes.signingTime).toBe(Date.UTC(2026, 2, 1));
    expect(attributes.expiry).toBe(Date.UTC(2026, 2, 2));
  });

  it('gives the same envelope once more when the host could not push it, and asks anew some time later', async () => {
    const world = await worldWithPeople();
    meanwhile(world, (id) => approveAll(world, id));
    const first = await world.envelope('release', soon);
    world.beforeCall = async () => undefined;
    const again = await world.envelope('release', soon);
    expect(again.answer).toEqual(first.answer);
    expect(world.tsb.requests).toHaveLength(1);
    world.clock.advance(3_600_000);
    const later = await world.envelope('release', { pluginConfig: { timeout: '0s' } });
    expect(later.error.errorCode).toBe('TIMEOUT');
    expect(world.tsb.requests).toHaveLength(2);
  });

  it('is asked anew for another artifact, another envelope or another validity', async () => {
    const world = await worldWithPeople();
    const now = { pluginConfig: { timeout: '0s' } };
    const other = base64Text(payloadOf({ ...target, size: 529 }));
    for (const more of [{}, { payload: other }, { signatureEnvelopeType: cose }, { expiryDurationInSeconds: 60 }, {}])
      await world.envelope('release', { ...now, ...more });
    expect(world.tsb.requests).toHaveLength(4);
  });

  it('loses nothing when the process is killed while it waits', async () => {
    const world = await worldWithPeople();
    const killed = new AbortController();
    const plugin = whileWaiting(world.plugin, async () => killed.abort(new DOMException('gone', 'AbortError')));
    const stdin = Buffer.from(
      JSON.stringify({
        contractVersion: '1.0',
        keyId: 'release',
        payloadType: 'application/vnd.cncf.notary.payload.v1+json',
        signatureEnvelopeType: jws,
        payload: base64Text(payloadOf(target)),
      }),
    );
    const { exitCode } = await handleNotation(
      { argv: ['generate-envelope'], stdin, env: world.env, signal: killed.signal },
      plugin,
    );
    expect(exitCode).toBe(1);
    const [request] = world.tsb.requests;
    await approveAll(world, String(request?.id));
    const again = await world.envelope('release', soon);
    expect(again.exitCode).toBe(0);
    expect(world.tsb.requests).toHaveLength(1);
  });

  it('ends with the request when people reject it, and the next run asks anew', async () => {
    const world = await worldWithPeople();
    meanwhile(world, async (id) => {
      await world.tsb.reject(id, 'Ada');
      await world.tsb.reject(id, 'Ben');
    });
    const { error } = await world.envelope('release', soon);
    expect(error).toMatchObject({ errorCode: 'ACCESS_DENIED', errorMetadata: { code: 'ERR_APPROVAL_REJECTED' } });
    world.beforeCall = async () => undefined;
    await world.envelope('release', { pluginConfig: { timeout: '0s' } });
    expect(world.tsb.requests).toHaveLength(2);
  });

  it('does not sign what has expired while people thought about it', async () => {
    const world = await worldWithPeople();
    const asked = { pluginConfig: { timeout: '0s' }, expiryDurationInSeconds: 60 };
    await world.envelope('release', asked);
    world.clock.advance(61_000);
    const { error } = await world.envelope('release', asked);
    expect(error).toMatchObject({ errorCode: 'ERROR', errorMetadata: { code: 'ERR_REQUEST_STALE' } });
  });

  it('is refused in raw mode without a time to wait, and its request is withdrawn after it', async () => {
    const world = await worldWithPeople();
    const chain = readChain(world);
    const [part] = notationJws.prepare(
      target,
      { spec: 'ec-p256', spki: parseCertificate(chain[0] as Uint8Array).spki, chain, assurance: 'emulated' },
      { clock: world.clock },
    ).parts;
    const request = {
      contractVersion: '1.0',
      keyId: 'release',
      keySpec: 'EC-256',
      hashAlgorithm: 'SHA-256',
      payload: base64Text(part?.input.message as Uint8Array),
    };
    const { error } = await world.ask('generate-signature', { ...request, pluginConfig: { mode: 'raw' } });
    expect(error.errorCode).toBe('VALIDATION_ERROR');
    expect(world.tsb.requests).toHaveLength(0);
    const late = await world.ask('generate-signature', { ...request, pluginConfig: { mode: 'raw', timeout: '1m' } });
    expect(late.error).toMatchObject({ errorCode: 'TIMEOUT', errorMetadata: { code: 'ERR_TIMEOUT' } });
    expect(world.tsb.requests.map(({ status }) => status)).toEqual(['CANCELLED']);
    meanwhile(world, (id) => approveAll(world, id));
    const signed = await world.ask('generate-signature', { ...request, pluginConfig: { mode: 'raw', timeout: '1m' } });
    expect(signed.answer).toMatchObject({ keyId: 'release', signingAlgorithm: 'ECDSA-SHA-256' });
  });
});

function readChain({ folder }: World): Uint8Array[] {
  const text = readFileSync(join(folder, 'release.pem'), 'utf8');
  return [...text.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END/g)].map(([, body]) =>
    base64Bytes((body as string).replace(/\s/g, '')),
  );
}
