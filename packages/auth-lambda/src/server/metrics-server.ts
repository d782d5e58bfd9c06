import { createServer } from 'node:http';
import type { PrometheusMetrics } from '../metrics/prometheus-metrics.ts';
import { closeServer, listen } from './listen.ts';

export interface MetricsServerOptions {
  readonly metrics: PrometheusMetrics;
  /** Default 127.0.0.1: whoever can ask learns how busy the service is, and who is refused. */
  readonly host?: string | undefined;
  /** Default 0: any free one. */
  readonly port?: number | undefined;
}

export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Answers `GET /metrics` on an address of its own: never where clients ask for credentials. */
export async function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const { metrics, host = '127.0.0.1', port = 0 } = options;
  const server = createServer({ requestTimeout: 5_000 }, (request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response
        .writeHead(404, { 'content-type': 'text/plain' })
        .end('GET /metrics is all there is.\n');
      return;
    }
    metrics.expose().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  server.maxConnections = 16;
  const origin = await listen(server, host, port);
  return { url: `${origin}/metrics`, close: () => closeServer(server, 1_000) };
}
