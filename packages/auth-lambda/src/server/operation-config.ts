import { z } from 'zod';

/** How the plain server is run: what it writes, what it shows and how much it takes. */
export const operationConfigShape = {
  /** Default: standard error. */
  audit_file: z.string().min(1).optional(),
  /** Where Prometheus scrapes; default: nowhere. Never where clients can reach it. */
  metrics_port: z.int().min(0).max(65_535).optional(),
  metrics_host: z.string().min(1).default('127.0.0.1'),
  /** Requests of one address block. */
  requests_per_second: z.number().positive().default(10),
  request_burst: z.int().positive().default(100),
  /** Open at once; and of one address block, where clients connect without a proxy. */
  max_connections: z.int().positive().default(1_024),
  max_connections_per_address: z.int().positive().default(128),
  trust_proxy_header: z.boolean().default(false),
};
