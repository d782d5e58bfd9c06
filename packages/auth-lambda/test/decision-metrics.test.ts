import { Writable } from 'node:stream';
import { REFUSAL_CODES } from '@data-universe/core-auth';
import { ChainUnavailableError, type NeuronRegistry } from '@data-universe/subtensor';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import {
  type DecisionFigures,
  type DecisionMetrics,
  EmfMetrics,
  ManualClock,
} from '../src/index.ts';
import { PrometheusMetrics } from '../src/metrics/prometheus-metrics.ts';
import { startMetricsServer } from '../src/server/metrics-server.ts';
import {
  ask,
  CLIENT_ADDRESS,
  makeService,
  miner,
  NOW_SECONDS,
  stranger,
  uploadRequest,
  validator,
} from './service-fixture.ts';

class RecordedMetrics implements DecisionMetrics {
  readonly figures: DecisionFigures[] = [];
  record(figures: DecisionFigures): void {
    this.figures.push(figures);
  }
}

const block = { hash: '0x', number: 1, timestamp: (NOW_SECONDS - 24) * 1000 };
const registryWith = (lookup: NeuronRegistry['lookup']): NeuronRegistry => ({
  lastBlock: block,
  lookup,
});
const registered = registryWith(async () => ({ registered: true, uid: 7, validatorPermit: false }));

describe('each decision is measured', () => {
  test('once, with its code, action, latency and the age of the block it rests on', async () => {
    const metrics = new RecordedMetrics();
    const service = makeService({ metrics, registry: registered });
    await ask(service, uploadRequest());
    const latencyMs = expect.any(Number);
    expect(metrics.figures).toEqual([
      { code: 'Granted', action: 'upload', latencyMs, chainAgeSeconds: 24 },
    ]);
  });

  test('a refusal by its code, without an age where no chain was asked', async () => {
    const metrics = new RecordedMetrics();
    const service = makeService({ metrics, registry: registered });
    await service.handler({
      body: new Uint8Array(2),
      headers: {},
      sourceAddress: CLIENT_ADDRESS,
    });
    expect(metrics.figures).toMatchObject([
      { code: 'BadRequest', action: undefined, chainAgeSeconds: undefined },
    ]);
  });

  test('with the age where the chain did not answer, or does not know the hotkey', async () => {
    const metrics = new RecordedMetrics();
    const failing = registryWith(async () => {
      throw new ChainUnavailableError('no endpoint answers');
    });
    await ask(makeService({ metrics, registry: failing }), uploadRequest());
    const unknown = registryWith(async () => ({ registered: false }));
    await ask(makeService({ metrics, registry: unknown }), uploadRequest(stranger));
    expect(metrics.figures).toMatchObject([
      { code: 'ChainUnavailable', chainAgeSeconds: 24 },
      { code: 'NotRegistered', chainAgeSeconds: 24 },
    ]);
  });

  test('as refused where the audit line could not be kept', async () => {
    const metrics = new RecordedMetrics();
    const audit = { write: () => Promise.reject(new Error('disk full')) };
    await ask(makeService({ metrics, audit }), uploadRequest());
    expect(metrics.figures).toMatchObject([{ code: 'IssuerUnavailable', action: 'upload' }]);
  });

  test('and is made all the same where measuring fails', async () => {
    const metrics = {
      record() {
        throw new Error('no metrics today');
      },
    };
    const service = makeService({ metrics });
    expect((await ask(service, uploadRequest())).status).toBe(200);
    expect((await ask(service, uploadRequest(stranger))).status).toBe(403);
    expect(service.audit.records).toHaveLength(2);
  });
});

const CLOSED_CODES: ReadonlySet<string> = new Set(['Granted', ...REFUSAL_CODES]);

test('no figure holds anything that a client chose', async () => {
  const metrics = new RecordedMetrics();
  const service = makeService({ metrics });
  for (const request of [uploadRequest(), uploadRequest(stranger), { source: 'x\ny' }, {}])
    await ask(service, request);
  for (const { code, action, ...figures } of metrics.figures) {
    expect(CLOSED_CODES.has(code)).toBe(true);
    expect(['upload', 'read', undefined]).toContain(action);
    for (const figure of Object.values(figures))
      expect(['number', 'undefined']).toContain(typeof figure);
  }
});

describe('embedded metric format', () => {
  const figures = {
    code: 'Granted',
    action: 'read',
    latencyMs: 12.5,
    chainAgeSeconds: 30,
  } as const;
  const lineSchema = z.record(z.string(), z.unknown());

  function written(record: (metrics: EmfMetrics) => void): Array<z.output<typeof lineSchema>> {
    const lines: string[] = [];
    const stream = new Writable({
      write(chunk, _, done) {
        lines.push(String(chunk));
        done();
      },
    });
    record(new EmfMetrics(stream, new ManualClock(NOW_SECONDS * 1000)));
    return lines.map((line) => lineSchema.parse(JSON.parse(line)));
  }

  test('counts decisions by code, and measures latency and chain age without a dimension', () => {
    expect(written((metrics) => metrics.record(figures))).toEqual([
      {
        _aws: {
          Timestamp: NOW_SECONDS * 1000,
          CloudWatchMetrics: [
            {
              Namespace: 'DataUniverse/Auth',
              Dimensions: [['code']],
              Metrics: [{ Name: 'Decisions', Unit: 'Count' }],
            },
            {
              Namespace: 'DataUniverse/Auth',
              Dimensions: [[]],
              Metrics: [
                { Name: 'LatencyMs', Unit: 'Milliseconds' },
                { Name: 'ChainAgeSeconds', Unit: 'Seconds' },
              ],
            },
          ],
        },
        code: 'Granted',
        action: 'read',
        Decisions: 1,
        LatencyMs: 12.5,
        ChainAgeSeconds: 30,
      },
    ]);
  });

  test('names no metric without a figure', () => {
    const [line] = written((metrics) => metrics.record({ code: 'BadRequest', latencyMs: 1 }));
    expect(line).not.toHaveProperty('ChainAgeSeconds');
    expect(JSON.stringify(line)).not.toContain('ChainAge');
  });

  test('drops lines where nobody takes them, and outlives a stream that fails', () => {
    const stuck = new Writable({ write: () => undefined });
    const metrics = new EmfMetrics(stuck);
    for (let line = 0; line < 10_000; line += 1) metrics.record(figures);
    expect(stuck.writableLength).toBeLessThan(1.1 * 1024 * 1024);
    const failing = new Writable({ write: (_chunk, _encoding, done) => done(new Error('gone')) });
    expect(() => new EmfMetrics(failing).record(figures)).not.toThrow();
  });
});

describe('Prometheus', () => {
  test('is told of decisions by code, of latency and of the chain, on an address of its own', async () => {
    const metrics = new PrometheusMetrics();
    const service = makeService({ metrics, registry: registered });
    for (const request of [uploadRequest(), uploadRequest(), { nonsense: true }])
      await ask(service, request);
    const server = await startMetricsServer({ metrics });
    onTestFinished(() => server.close());
    const response = await fetch(server.url);
    expect(new URL(server.url).hostname).toBe('127.0.0.1');
    expect(response.headers.get('content-type')).toContain('text/plain');
    const lines = (await response.text()).split('\n');
    expect(lines).toContain('data_universe_auth_decisions_total{code="Granted",action="upload"} 2');
    expect(lines).toContain(
      'data_universe_auth_decisions_total{code="BadRequest",action="none"} 1',
    );
    expect(lines).toContain('data_universe_auth_decision_seconds_count 3');
    expect(lines).toContain('data_universe_auth_chain_age_seconds 24');
    expect(lines.some((line) => line.startsWith('process_resident_memory_bytes '))).toBe(true);
    const text = lines.join('\n');
    for (const name of [miner.address, validator.address, CLIENT_ADDRESS])
      expect(text).not.toContain(name);
    for (const elsewhere of [new URL('/', server.url), `${server.url}/more`])
      expect((await fetch(elsewhere)).status).toBe(404);
    expect((await fetch(server.url, { method: 'POST' })).status).toBe(404);
  });

  test('hears of no chain age before a chain was asked', async () => {
    expect(await new PrometheusMetrics().expose()).toContain(
      'data_universe_auth_chain_age_seconds Nan',
    );
  });
});
