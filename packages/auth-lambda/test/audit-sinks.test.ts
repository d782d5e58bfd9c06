import { existsSync } from 'node:fs';
import { readFile, rename, rm, stat, symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  AuditLogFullError,
  type AuditRecord,
  FileAuditSink,
  FloodGuard,
  ManualClock,
  MemoryAuditSink,
  StreamAuditSink,
} from '../src/index.ts';
import { openAudit } from '../src/server/open-audit.ts';
import { ask, makeService, refusalOf, uploadRequest } from './service-fixture.ts';
import { temporaryFolder } from './temporary-folder.ts';

const FULL = '/dev/full';

function record(request_id: string, more: Partial<AuditRecord> = {}): AuditRecord {
  return {
    request_id,
    time: 't',
    decision: 'refused',
    source_address: 'a',
    latency_ms: 1,
    ...more,
  };
}

async function idsIn(path: string): Promise<string[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line).request_id);
}

async function openSink(path: string): Promise<FileAuditSink> {
  const sink = await FileAuditSink.open(path);
  onTestFinished(() => sink.close());
  return sink;
}

const ids = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => String(from + index));

describe('the audit file', () => {
  test('has each line whole and in order, however many come at once', async () => {
    const path = join(await temporaryFolder(), 'audit.jsonl');
    const sink = await openSink(path);
    await Promise.all(ids(0, 2_000).map((id) => sink.write(record(id))));
    expect(await idsIn(path)).toEqual(ids(0, 2_000));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('is appended to by the next process', async () => {
    const path = join(await temporaryFolder(), 'audit.jsonl');
    for (const id of ['0', '1']) {
      const sink = await FileAuditSink.open(path);
      await sink.write(record(id));
      await sink.close();
    }
    expect(await idsIn(path)).toEqual(['0', '1']);
  });

  test('is rotated by renaming and reopening, without a lost line', async () => {
    const path = join(await temporaryFolder(), 'audit.jsonl');
    const sink = await openSink(path);
    const before = ids(0, 100).map((id) => sink.write(record(id)));
    await rename(path, `${path}.1`);
    const reopened = sink.reopen();
    const after = ids(100, 200).map((id) => sink.write(record(id)));
    await Promise.all([...before, reopened, ...after]);
    expect([...(await idsIn(`${path}.1`)), ...(await idsIn(path))]).toEqual(ids(0, 200));
    expect((await idsIn(path)).length).toBeGreaterThan(0);
  });

  test('is rotated by copy and truncate too', async () => {
    const path = join(await temporaryFolder(), 'audit.jsonl');
    const sink = await openSink(path);
    await sink.write(record('0'));
    await truncate(path);
    await sink.write(record('1'));
    expect(await readFile(path, 'utf8')).toMatch(/^\{"request_id":"1"/);
  });

  test('that can not be reopened goes on in the old one', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'audit.jsonl');
    const said: string[] = [];
    const stderr = new Writable({
      write(chunk, _, done) {
        said.push(String(chunk));
        done();
      },
    });
    const audit = await openAudit(path, stderr);
    onTestFinished(() => audit.close());
    const moved = `${folder}-moved`;
    await rename(folder, moved);
    onTestFinished(() => rename(moved, folder));
    await audit.reopen?.();
    await audit.sink.write(record('0'));
    expect(said.join('')).toContain('audit log not reopened');
    expect(await idsIn(join(moved, 'audit.jsonl'))).toEqual(['0']);
  });

  test.skipIf(!existsSync(FULL))(
    'on a full disk means no credentials, and some again once there is room',
    async () => {
      const path = join(await temporaryFolder(), 'audit.jsonl');
      await symlink(FULL, path);
      const said: string[] = [];
      const stderr = new Writable({
        write(chunk, _, done) {
          said.push(String(chunk));
          done();
        },
      });
      const audit = await openAudit(path, stderr);
      onTestFinished(() => audit.close());
      const service = makeService({ audit: audit.sink });
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const output = await ask(service, uploadRequest());
        expect(output.status).toBe(503);
        expect(refusalOf(output).code).toBe('IssuerUnavailable');
        expect(output.body).not.toContain('credentials":');
      }
      expect(said).toHaveLength(1);
      expect(said[0]).toContain('ENOSPC');

      await rm(path);
      await audit.reopen?.();
      expect((await ask(service, uploadRequest())).status).toBe(200);
      expect(await idsIn(path)).toHaveLength(1);
      expect(said.join('')).toContain('audit log is written again');
    },
  );
});

describe('an audit log that takes nothing', () => {
  test('holds a bounded part in memory, and refuses beyond it', async () => {
    const sink = new StreamAuditSink(new Writable({ write: () => undefined }));
    const long = 'x'.repeat(1_000);
    const refused: unknown[] = [];
    for (const id of ids(0, 3_000))
      sink.write(record(id, { fault: long })).catch((error: unknown) => refused.push(error));
    await expect.poll(() => refused.length).toBeGreaterThan(1_900);
    for (const error of refused) expect(error).toBeInstanceOf(AuditLogFullError);
  });

  test('means a refusal in time, whatever the decision', async () => {
    const audit = { write: () => new Promise<never>(() => undefined) };
    const service = makeService({ audit }, { state_timeout_ms: 20 });
    const output = await ask(service, uploadRequest());
    expect(output.status).toBe(503);
    expect(refusalOf(output).code).toBe('IssuerUnavailable');
  });

  test('and a limiter that does not answer mean the same', async () => {
    const addressLimiter = { take: () => new Promise<never>(() => undefined) };
    const service = makeService({ addressLimiter }, { state_timeout_ms: 20 });
    expect(refusalOf(await ask(service, uploadRequest())).code).toBe('IssuerUnavailable');
    expect(service.audit.records[0]?.fault).toContain('TimeLimitError');
    expect(service.calls).toEqual(['limiter']);
  });
});

describe('a flood of strangers', () => {
  function guarded() {
    const clock = new ManualClock(0);
    const sink = new MemoryAuditSink();
    return { clock, sink, guard: new FloodGuard(sink, { clock, perSecond: 1, burst: 3 }) };
  }

  test('gets so many lines, and the next one says how many went without', async () => {
    const { clock, sink, guard } = guarded();
    for (const id of ids(0, 10)) await guard.write(record(id));
    expect(sink.records.map(({ request_id }) => request_id)).toEqual(['0', '1', '2']);
    clock.advance(1_000);
    await guard.write(record('10'));
    await guard.write(record('11', { uid: 3 }));
    expect(sink.records.map(({ unwritten }) => unwritten)).toEqual([
      undefined,
      undefined,
      undefined,
      7,
      undefined,
    ]);
  });

  test('takes the line of no grant and of no registered hotkey', async () => {
    const { sink, guard } = guarded();
    for (const id of ids(0, 10)) await guard.write(record(id));
    await guard.write(record('granted', { decision: 'granted' }));
    await guard.write(record('known', { uid: 0 }));
    expect(sink.records.map(({ request_id }) => request_id).slice(3)).toEqual(['granted', 'known']);
    expect(sink.records[3]?.unwritten).toBe(7);
  });

  test('is one of a registered hotkey too: barred or over its quota it goes on asking', async () => {
    const { sink, guard } = guarded();
    for (const id of ids(0, 10)) await guard.write(record(id, { uid: 7, code: 'Denied' }));
    await guard.write(record('stranger'));
    expect(sink.records.map(({ request_id, unwritten }) => [request_id, unwritten])).toEqual([
      ['0', undefined],
      ['1', undefined],
      ['2', undefined],
      ['stranger', 7],
    ]);
  });

  test('is counted on where the line that was to say so could not be written', async () => {
    const { sink, guard } = guarded();
    const write = sink.write.bind(sink);
    for (const id of ids(0, 10)) await guard.write(record(id));
    sink.write = () => Promise.reject(new Error('full'));
    await expect(guard.write(record('lost', { uid: 1 }))).rejects.toThrow('full');
    sink.write = write;
    await guard.write(record('kept', { uid: 1 }));
    expect(sink.records.at(-1)).toMatchObject({ request_id: 'kept', unwritten: 7 });
  });
});
