import { trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import {
  type BeginResult,
  createSigner,
  type Guard,
  type KeyBackend,
  type Operation,
  SignError,
  utf8Bytes,
} from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { createSentinel, expectNoSecret } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import { loadApi } from '../../src/otel/load-api.js';
import { createTelemetry } from '../../src/otel.js';

/** Telemetry that is kept here, by a clock that the test turns. */
async function instruments() {
  const spans = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 3_600_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  let now = 1_780_000_000_000;
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  const telemetry = await createTelemetry({ tracerProvider, meterProvider, clock });
  return {
    telemetry,
    clock,
    spans: () => spans.getFinishedSpans(),
    /** Data points by the names of their metrics. */
    async points() {
      await reader.forceFlush();
      const [last] = metrics.getMetrics().slice(-1);
      await meterProvider.shutdown();
      const all = last?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
      return Object.fromEntries(all.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints]));
    },
  };
}

const input = { message: utf8Bytes('the message') };
const seconds = ({ duration: [whole, nanos] }: ReadableSpan) => whole + nanos / 1e9;

async function keyWith(guards: readonly Guard[], change: Partial<KeyBackend> = {}) {
  const memory = createMemoryBackend();
  await memory.createKey({ label: 'release', spec: 'ec-p256' });
  const backend: KeyBackend = { ...memory, id: memory.id, ...change };
  return { memory, signer: createSigner(backend, { label: 'release' }, { guards, allowOpaque: true }) };
}

describe('telemetry', () => {
  it('is a span and a count for each use of a key, with what the guards were told and no message', async () => {
    const { telemetry, spans, points } = await instruments();
    const { signer } = await keyWith([telemetry.guard]);
    await signer.sign({ algorithm: 'ecdsa-sha256', input, target: { repository: 'registry.example/app', tag: 'v1' } });
    const [span] = spans();
    expect(span).toMatchObject({ name: 'securosys.sign', kind: 2, status: { code: 0 }, ended: true });
    expect(span?.attributes).toMatchObject({
      'securosys.backend': expect.any(String),
      'securosys.algorithm': 'ecdsa-sha256',
      'securosys.key.label': 'release',
      'securosys.key.spki_sha256': (await signer.describe()).ref.spkiSha256,
      'securosys.key.spec': 'ec-p256',
      'securosys.input_sha256': expect.stringMatching(/^[0-9a-f]{64}$/),
      'securosys.signature_sha256': expect.stringMatching(/^[0-9a-f]{64}$/),
      'securosys.target.repository': 'registry.example/app',
      'securosys.target.tag': 'v1',
      'securosys.result': 'signed',
    });
    const found = await points();
    expect(found['securosys.sign.operations']).toMatchObject([
      { value: 1, attributes: { 'securosys.algorithm': 'ecdsa-sha256', 'securosys.result': 'signed' } },
    ]);
    expect(found['securosys.sign.operation.duration']).toMatchObject([{ value: { count: 1 } }]);
  });

  it('tells failures and vetoes by their code', async () => {
    const { telemetry, spans, points } = await instruments();
    const veto = { judge: () => Promise.reject(new Error('not on Sundays')) };
    const begin = async (): Promise<BeginResult> => {
      throw new SignError('ERR_UNAVAILABLE', 'the token said something long');
    };
    const request = { algorithm: 'ecdsa-sha256', input } as const;
    await expect((await keyWith([telemetry.guard, veto])).signer.sign(request)).rejects.toMatchObject({ code: 'ERR_VETOED' });
    await expect((await keyWith([telemetry.guard], { begin })).signer.sign(request)).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
    });
    expect(spans().map(({ attributes, status }) => [attributes['securosys.result'], attributes['error.type'], status])).toEqual([
      ['refused', 'ERR_VETOED', { code: 2, message: 'ERR_VETOED' }],
      ['failed', 'ERR_UNAVAILABLE', { code: 2, message: 'ERR_UNAVAILABLE' }],
    ]);
    expect((await points())['securosys.sign.operations']).toHaveLength(2);
  });

  it('shows how long people took, beneath the span of the request', async () => {
    const { telemetry, clock, spans, points } = await instruments();
    const { memory, signer } = await keyWith([telemetry.guard]);
    const { key, ...intent } = {
      key: await signer.describe(),
      backend: memory.id,
      domain: undefined,
      inputSha256: '0'.repeat(64),
    };
    const operation = { kind: 'sign', key: key.ref, algorithm: 'ecdsa-sha256', input } as const;
    const asked = { ...intent, key, operation };
    await telemetry.guard.before?.(asked);
    await clock.sleep(500);
    await telemetry.guard.after?.({ intent: asked, result: 'pending', requestId: 'r1' });
    await clock.sleep(7_200_000);
    const approvals = { approvedBy: ['a', 'b'], notYetApprovedBy: [], rejectedBy: [] };
    await telemetry.guard.after?.({ intent: asked, result: 'signed', requestId: 'r1', approvals });
    const [sign, approval] = spans() as [ReadableSpan, ReadableSpan];
    expect([sign.name, seconds(sign)]).toEqual(['securosys.sign', 0.5]);
    expect([approval.name, seconds(approval)]).toEqual(['securosys.approval', 7200]);
    expect(approval.parentSpanContext?.spanId).toBe(sign.spanContext().spanId);
    expect(approval.attributes).toMatchObject({ 'securosys.approvals.given': 2, 'securosys.request.id': 'r1' });
    expect((await points())['securosys.sign.approval.duration']).toMatchObject([{ value: { sum: 7200 } }]);
  });

  it('shows what was published', async () => {
    const { telemetry, spans, points } = await instruments();
    const { signer } = await keyWith([telemetry.guard]);
    const digest = `sha256:${'a'.repeat(64)}`;
    await signer.published({
      inputs: ['0'.repeat(64)],
      target: { repository: 'registry.example/app' },
      artifacts: [{ mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 1 }],
      format: 'cosign',
    });
    expect(spans()).toMatchObject([{ name: 'securosys.publish', attributes: { 'securosys.artifact.digests': [digest] } }]);
    expect((await points())['securosys.sign.published']).toMatchObject([
      { value: 1, attributes: { 'securosys.format': 'cosign' } },
    ]);
  });

  it('shows waiting as a span with an event for each change', async () => {
    const { telemetry, spans } = await instruments();
    const people = (given: number) => ({
      status: 'pending' as const,
      approvals: { approvedBy: Array(given).fill('a'), notYetApprovedBy: ['c'], rejectedBy: [] },
    });
    const waiting = {
      id: 'r1',
      state: people(2),
      async result({ onProgress }: { onProgress?: (state: ReturnType<typeof people>) => void } = {}) {
        for (const given of [0, 0, 1, 2]) onProgress?.(people(given));
        throw new SignError('ERR_APPROVAL_PENDING', 'people decide');
      },
    } as unknown as Operation<Uint8Array>;
    const seen: unknown[] = [];
    const watched = telemetry.operation(waiting);
    expect([watched.id, watched.state]).toEqual(['r1', people(2)]);
    await expect(watched.result({ onProgress: (state) => seen.push(state) })).rejects.toMatchObject({
      code: 'ERR_APPROVAL_PENDING',
    });
    expect(seen).toHaveLength(4);
    const [span] = spans();
    expect(span).toMatchObject({
      name: 'securosys.wait',
      status: { code: 0 },
      attributes: { 'error.type': 'ERR_APPROVAL_PENDING' },
    });
    expect(span?.events.map(({ attributes }) => attributes?.['securosys.approvals.given'])).toEqual([0, 1, 2]);
  });

  it('shows calls by method, host and status, and nothing that may be secret (S37)', async () => {
    const { telemetry, spans } = await instruments();
    const token = createSentinel('token');
    const fetch = telemetry.fetch(async (url) => {
      if (String(url).includes('down')) throw new TypeError(`connect ${token}`);
      return new Response(token, { status: 403 });
    });
    await expectNoSecret({ token }, async ({ show }) => {
      await fetch(`https://tsb.example:8443/v1/${token}?token=${token}`, {
        method: 'post',
        headers: { authorization: token },
        body: token,
      });
      await fetch(new Request(`http://registry.example/v2/${token}`, { headers: { authorization: token } }));
      await fetch(`https://down.example/${token}`).catch(() => undefined);
      show(spans().map(({ name, attributes, status, events }) => ({ name, attributes, status, events })));
    });
    expect(spans().map(({ name, attributes, status }) => [name, attributes, status.code])).toEqual([
      [
        'POST',
        {
          'http.request.method': 'POST',
          'server.address': 'tsb.example',
          'server.port': 8443,
          'url.scheme': 'https',
          'http.response.status_code': 403,
          'error.type': '403',
        },
        2,
      ],
      [
        'GET',
        {
          'http.request.method': 'GET',
          'server.address': 'registry.example',
          'server.port': 80,
          'url.scheme': 'http',
          'http.response.status_code': 403,
          'error.type': '403',
        },
        2,
      ],
      [
        'GET',
        {
          'http.request.method': 'GET',
          'server.address': 'down.example',
          'server.port': 443,
          'url.scheme': 'https',
          'error.type': 'TypeError',
        },
        2,
      ],
    ]);
  });

  it('makes nothing where no SDK was set up, and changes nothing', async () => {
    const telemetry = await createTelemetry();
    const { signer } = await keyWith([telemetry.guard]);
    expect(await signer.sign({ algorithm: 'ecdsa-sha256', input })).toHaveLength(64);
    expect(trace.getActiveSpan()).toBeUndefined();
  });

  it('says what to install where the interface of OpenTelemetry is missing', async () => {
    const missing = Object.assign(new Error("Cannot find package '@opentelemetry/api' imported from x"), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
    await expect(loadApi(() => Promise.reject(missing))).rejects.toMatchObject({
      code: 'ERR_CAPABILITY_MISSING',
      message: expect.stringContaining('npm install @opentelemetry/api'),
    });
    await expect(loadApi(() => Promise.reject(new SyntaxError('x')))).rejects.toThrow(SyntaxError);
    await expect(createTelemetry({ traceProvider: {} } as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});
