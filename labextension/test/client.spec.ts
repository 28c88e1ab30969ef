import { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import { beforeEach, describe, expect, it } from 'vitest';
import { Client, JobCancelled, RequestError, type IJob, type JobState } from '../src/client';
import { events } from '../src/client/events';

const ID = 'a'.repeat(32);

function job(state: JobState, fields: Partial<IJob> = {}): IJob {
  return {
    id: ID,
    task: 'translate',
    model: null,
    state,
    progress: null,
    error: null,
    created: '2026-11-25T08:00:00.000+00:00',
    started: null,
    ended: null,
    ...fields
  };
}

/** A server of one job, which the test moves on by hand. */
class Server {
  readonly asked: string[] = [];
  readonly result = { task: 'translate', results: [] };
  refusal: { status: number; body: string } | null = null;
  jobs: IJob[] = [];
  streams = 0;
  open = 0;

  readonly settings = ServerConnection.makeSettings({
    baseUrl: 'http://localhost/base/',
    token: '',
    fetch: (input, init) => Promise.resolve(this._answer(new Request(input, init)))
  });

  /** Tell of the job as the stream does. */
  move(next: IJob): void {
    this.jobs = [next];
    const text = `event: job\ndata: ${JSON.stringify({ job: next })}\n\n`;
    this._sink?.enqueue(new TextEncoder().encode(text));
  }

  breakStream(): void {
    this.open -= 1;
    this._sink?.close();
  }

  private _answer(request: Request): Response {
    const path = new URL(request.url).pathname.replace('/base/slm-magic/api/v1/', '');
    this.asked.push(`${request.method} ${path}`);
    if (path === 'events') {
      return this._stream(request.signal);
    }
    if (this.refusal) {
      return new Response(this.refusal.body, { status: this.refusal.status });
    }
    if (path.endsWith('/cancel')) {
      if (this.jobs[0]?.state !== 'done') {
        this.jobs = [job('cancelled')];
      }
      return Response.json({ job: this.jobs[0] });
    }
    if (request.method === 'POST') {
      this.jobs = [job('waiting')];
      return Response.json({ job: this.jobs[0] }, { status: 202 });
    }
    if (path.endsWith('/result')) {
      return Response.json(this.result);
    }
    if (request.method === 'DELETE') {
      return Response.json({ job: this.jobs.pop() });
    }
    return Response.json({ jobs: this.jobs, models: [] });
  }

  private _stream(signal: AbortSignal): Response {
    this.streams += 1;
    this.open += 1;
    const body = new ReadableStream<Uint8Array>({
      start: sink => {
        this._sink = sink;
        signal.addEventListener('abort', () => {
          this.open -= 1;
          sink.error(new DOMException('gone', 'AbortError'));
        });
      },
      cancel: () => {
        this.open -= 1;
      }
    });
    return new Response(body);
  }

  private _sink: ReadableStreamDefaultController<Uint8Array> | null = null;
}

async function until(met: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !met(); i++) {
    await new Promise(resolve => setTimeout(resolve, 5));
  }
  expect(met()).toBe(true);
}

let server: Server;
let client: Client;

beforeEach(() => {
  server = new Server();
  client = new Client({ settings: server.settings, trans: nullTranslator.load('') });
});

const request = { task: 'translate', text: 'A train.', target: 'fr' };

describe('events', () => {
  it('are read whole where chunks cut lines and letters', async () => {
    const bytes = new TextEncoder().encode(': hello\n\nevent: job\ndata: {"é":\ndata: 1}\n\n');
    const stream = new ReadableStream<Uint8Array>({
      start: sink => {
        bytes.forEach(byte => sink.enqueue(Uint8Array.of(byte)));
        sink.close();
      }
    });
    const found = [];
    for await (const event of events(stream)) {
      found.push(event);
    }
    expect(found).toEqual([{ event: 'job', data: '{"é":\n1}' }]);
  });
});

describe('a job', () => {
  it('tells its progress and gives its result, which the server then drops', async () => {
    const seen: (number | undefined)[] = [];
    const run = client.jobs.run(request, { onProgress: one => seen.push(one.progress?.done) });
    await until(() => server.asked.includes('GET jobs') && seen.length > 0);
    expect(seen[0]).toBeUndefined();
    const progress = { what: 'sentences', unit: 'sentence', done: 1, total: 2 };
    server.move(job('running', { progress }));
    await until(() => seen.includes(1));
    server.move(job('done'));
    expect(await run).toEqual(server.result);
    await until(() => server.asked.includes(`DELETE jobs/${ID}`) && client.jobs.all.length === 0);
    await until(() => server.open === 0);
  });

  it('is cancelled by its signal', async () => {
    const stop = new AbortController();
    const run = client.jobs.run(request, { signal: stop.signal });
    await until(() => client.jobs.all.length === 1);
    stop.abort();
    await expect(run).rejects.toBeInstanceOf(JobCancelled);
  });

  it('that is done before its cancel arrives gives its result', async () => {
    const stop = new AbortController();
    const run = client.jobs.run(request, { signal: stop.signal });
    await until(() => client.jobs.all.length === 1);
    server.jobs = [job('done')];
    stop.abort();
    expect(await run).toEqual(server.result);
  });

  it('is not waited for when it was cancelled while the server is gone', async () => {
    const stop = new AbortController();
    const run = client.jobs.run(request, { signal: stop.signal });
    await until(() => client.jobs.all.length === 1);
    server.refusal = { status: 502, body: 'gateway' };
    stop.abort();
    await expect(run).rejects.toBeInstanceOf(JobCancelled);
  });

  it('that fails rejects with the problem', async () => {
    const error = { message: 'No model.', reason: 'model', mends: 'Pull one.' };
    const run = client.jobs.run(request);
    const failed = expect(run).rejects.toMatchObject({ problem: error });
    await until(() => client.jobs.all.length === 1 && server.asked.includes('GET jobs'));
    server.move(job('failed', { error }));
    await failed;
  });

  it('that was dropped while the stream was broken counts as cancelled', async () => {
    const run = client.jobs.run(request);
    const lost = expect(run).rejects.toBeInstanceOf(JobCancelled);
    await until(() => client.jobs.all.length === 1 && server.asked.includes('GET jobs'));
    server.jobs = [];
    server.breakStream();
    await lost;
    expect(server.streams).toBe(2);
  });
});

describe('the stream', () => {
  it('is shared, and closed when the last watcher goes', async () => {
    const first = client.jobs.watch();
    const second = client.jobs.watch();
    await until(() => server.open === 1);
    first();
    first();
    server.move(job('running'));
    await until(() => client.jobs.all.length === 1);
    second();
    await until(() => server.open === 0);
    expect(server.streams).toBe(1);
  });
});

describe('a stream that was opened while the jobs cannot be read', () => {
  it('is closed', async () => {
    server.refusal = { status: 502, body: 'gateway' };
    const unwatch = client.jobs.watch();
    await until(() => server.streams === 2 && server.open === 0);
    unwatch();
  });
});

describe('a refusal', () => {
  it('is told in the words of the server', async () => {
    const body = { message: 'Too many jobs wait.', reason: 'too_many_jobs', mends: 'Wait.' };
    server.refusal = { status: 429, body: JSON.stringify(body) };
    const error = await client.jobs.start(request).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ status: 429, problem: body });
  });

  it('of a server without the extension says how to enable it', async () => {
    server.refusal = { status: 404, body: '<html>Not found</html>' };
    await expect(client.models()).rejects.toMatchObject({
      problem: { reason: 'no_server_extension' }
    });
  });
});
