import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import React from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Client,
  type IJob,
  type IJobRequest,
  type IModel,
  type IStatus,
  RequestError
} from '../src/client';
import { groups, isMember, member, NO_FILTER, toDownload } from '../src/sidebar/filter';
import { SidebarModel } from '../src/sidebar/model';
import { View } from '../src/sidebar/view';
import { Words } from '../src/sidebar/words';
import { DOMAIN } from '../src/tokens';

function model(name: string, fields: Partial<IModel> = {}): IModel {
  return {
    name,
    title: '',
    kind: 'encoder',
    pattern: false,
    tasks: ['summarize'],
    languages: ['en'],
    pairs: [],
    domain: '',
    licence: 'MIT',
    parameters: 0,
    download: 1000,
    disk: 900,
    starter: false,
    requires: [],
    installed: false,
    shared: false,
    removable: true,
    quality: '',
    ...fields
  };
}

function job(fields: Partial<IJob> = {}): IJob {
  return {
    id: 'a',
    task: 'pull',
    model: 'small',
    state: 'running',
    progress: null,
    error: null,
    created: '',
    started: null,
    ended: null,
    ...fields
  };
}

const STATUS: IStatus = {
  slm_magic: '1',
  offline: false,
  loaded: [],
  memory: { process: 5e7, models_most: 8e9 },
  jobs: { waiting: 0, running: 0 },
  limits: { waiting_jobs: 16, body_bytes: 1, rows: 1 },
  redact: true
};
const NONE = { kept: null, in_force: null };
const BUSY = new RequestError(429, {
  message: 'As many jobs wait as may.',
  reason: 'too_many_jobs',
  mends: 'Try again in a few seconds.'
});

/** As much of the client as the panel uses. */
class Fake {
  readonly changed = new Signal<this, void>(this);
  status_ = STATUS;
  models_ = [model('small')];
  refusal: Error | null = null;
  readonly cancelled: string[] = [];
  readonly dropped: string[] = [];
  readonly started: IJobRequest[] = [];
  /** Answers the next start. */
  answer: (started: IJob) => void = () => undefined;

  readonly jobs = {
    changed: new Signal<object, IJob>({}),
    connected: new Signal<object, boolean>({}),
    all: [] as IJob[],
    watch: () => () => undefined,
    drop: (id: string) => {
      this.dropped.push(id);
      return Promise.resolve();
    },
    cancel: (id: string) => {
      this.cancelled.push(id);
      return Promise.resolve();
    },
    start: (request: IJobRequest) => {
      this.started.push(request);
      if (this.refusal) {
        return Promise.reject(this.refusal);
      }
      return new Promise<IJob>(resolve => {
        this.answer = started => {
          this.jobs.changed.emit(started);
          resolve(started);
        };
      });
    }
  };

  private _give<T>(value: T): Promise<T> {
    return this.refusal ? Promise.reject(this.refusal) : Promise.resolve(value);
  }
  models = () => this._give(this.models_);
  status = () => this._give(this.status_);
  defaults = () => this._give({ translate: NONE, summarize: NONE, redact: NONE });
  setDefault = () => this._give({});
  remove = () => this._give(1);
}

interface IRoot {
  render: (element: React.ReactElement) => void;
  unmount: () => void;
}
// JupyterLab brings it, without types.
const REACT_DOM: string = 'react-dom/client';
const { createRoot } = (await import(REACT_DOM)) as {
  createRoot: (node: HTMLElement) => IRoot;
};

const settled = () => new Promise(resolve => setTimeout(resolve));

let fake: Fake;
let panel: SidebarModel;

beforeEach(() => {
  fake = new Fake();
  panel = new SidebarModel(fake as unknown as Client);
});

afterEach(() => panel.dispose());

describe('filter', () => {
  const all = [
    model('one', { tasks: ['translate', 'summarize'], languages: ['en', 'fr'] }),
    model('two', { installed: true, domain: 'finance' }),
    model('three', { tasks: [] })
  ];
  const found = (filter: object) =>
    groups(all, { ...NO_FILTER, ...filter }, one =>
      one.languages.includes('fr') ? 'French' : ''
    ).map(group => [group.task, ...group.models.map(one => one.name)]);

  it('shows a model under each of its tasks, the installed ones first', () => {
    expect(found({})).toEqual([
      ['translate', 'one'],
      ['summarize', 'two', 'one'],
      [null, 'three']
    ]);
  });

  it('takes task, state and all words of a search', () => {
    expect(found({ task: 'translate' })).toEqual([['translate', 'one']]);
    expect(found({ state: 'installed' })).toEqual([['summarize', 'two']]);
    expect(found({ search: ' FINANCE mit ' })).toEqual([['summarize', 'two']]);
    expect(found({ search: 'finance french' })).toEqual([]);
    expect(found({ search: 'french', task: 'summarize' })).toEqual([['summarize', 'one']]);
  });

  it('counts what a model needs to the download', () => {
    const head = model('head', { download: 5, requires: ['body'] });
    expect(toDownload(head, [head, model('body', { download: 70 })])).toBe(75);
    expect(toDownload(head, [head, model('body', { download: 70, installed: true })])).toBe(5);
  });

  it('names the members of a family', () => {
    const family = model('opus-{source}-{target}', { pattern: true });
    expect(member(family, 'en', 'fr')).toBe('opus-en-fr');
    expect(isMember(family, 'opus-en-fr')).toBe(true);
    expect(isMember(family, 'other-en-fr')).toBe(false);
    expect(isMember(model('opus-en-fr'), 'opus-en-fr')).toBe(false);
  });
});

describe('pulls', () => {
  it('are shown before the server has answered, and once', async () => {
    const done = panel.pulls.start('small');
    expect(panel.pulls.of('small')).toMatchObject({ job: null, problem: null });
    void panel.pulls.start('small');
    expect(fake.started).toEqual([{ task: 'pull', model: 'small' }]);
    fake.answer(job());
    await done;
    expect(panel.pulls.all).toHaveLength(1);
    expect(panel.pulls.of('small')?.job?.id).toBe('a');
  });

  it('are known by their job where the server calls them otherwise', async () => {
    const done = panel.pulls.start('./mine', 'name');
    expect(fake.started).toEqual([{ task: 'pull', model: './mine', name: 'name' }]);
    fake.answer(job({ model: '/somewhere/mine' }));
    await done;
    expect(panel.pulls.all.map(pull => pull.spec)).toEqual(['./mine']);
  });

  it.each(['done', 'failed'] as const)(
    'that are %s before the server has answered',
    async state => {
      const error = state === 'failed' ? BUSY.problem : null;
      const done = panel.pulls.start('small');
      fake.jobs.changed.emit(job());
      fake.jobs.changed.emit(job({ state, error }));
      fake.jobs.all.push(job({ state, error }));
      fake.answer(job({ state: 'waiting' }));
      await done;
      expect(panel.pulls.all.map(pull => pull.problem)).toEqual(error ? [error] : []);
      expect(panel.news?.kind).toBe(state === 'done' ? 'installed' : 'failed');
    }
  );

  it('that a page did not start are found', () => {
    fake.jobs.all.push(
      job(),
      job({ id: 'b', model: 'over', state: 'done' }),
      job({ id: 'c', model: 'wrong', state: 'failed', error: BUSY.problem }),
      job({ id: 'd', task: 'redact' })
    );
    const later = new SidebarModel(fake as unknown as Client);
    expect(later.pulls.all.map(pull => pull.spec)).toEqual(['small', 'wrong']);
    later.dispose();
  });

  it('are cancelled even before the server has answered', async () => {
    const done = panel.pulls.start('small');
    const pull = panel.pulls.of('small');
    expect(pull).toBeDefined();
    if (pull) {
      await panel.pulls.cancel(pull);
    }
    expect(fake.cancelled).toEqual([]);
    fake.answer(job());
    await done;
    expect(fake.cancelled).toEqual(['a']);
    fake.jobs.changed.emit(job({ state: 'cancelled' }));
    expect(panel.pulls.all).toEqual([]);
    expect(panel.news).toEqual({ kind: 'cancelled', spec: 'small' });
  });

  it('that fail stay until they are dismissed, and do not come back', () => {
    fake.jobs.changed.emit(job({ state: 'failed', error: BUSY.problem }));
    const [pull] = panel.pulls.all;
    expect(pull?.problem).toEqual(BUSY.problem);
    if (pull) {
      panel.pulls.dismiss(pull);
    }
    fake.jobs.changed.emit(job({ state: 'failed', error: BUSY.problem }));
    expect(panel.pulls.all).toEqual([]);
    expect(fake.dropped).toEqual(['a']);
  });

  it('that are refused say so, and can be tried again', async () => {
    fake.refusal = BUSY;
    await panel.pulls.start('small');
    expect(panel.pulls.of('small')?.problem).toEqual(BUSY.problem);
    fake.refusal = null;
    void panel.pulls.start('small');
    expect(panel.pulls.all).toHaveLength(1);
    expect(panel.pulls.of('small')?.problem).toBeNull();
  });

  it('are read aloud at quarters', () => {
    const heard: unknown[] = [];
    panel.pulls.news.connect((_, news) => heard.push(news));
    const step = (done: number) => ({ what: 'pull small', unit: 'B', done, total: 100 });
    for (const done of [1, 24, 26, 30, 51, 99]) {
      fake.jobs.changed.emit(job({ progress: step(done) }));
    }
    const percent = [25, 50, 75].map(one => ({ kind: 'progress', spec: 'small', percent: one }));
    expect(heard).toEqual(percent);
  });
});

describe('model', () => {
  it('keeps what it knows when the server is lost, and mends', async () => {
    await panel.refresh();
    expect(panel.problem).toBeNull();
    fake.refusal = BUSY;
    await panel.refresh();
    expect(panel.problem).toEqual(BUSY.problem);
    expect(panel.models).toHaveLength(1);
    fake.refusal = null;
    await panel.retry();
    expect(panel.problem).toBeNull();
  });

  it('takes the later of two answers that overlap', async () => {
    const [old, now] = [[model('old')], [model('new')]];
    let give: (models: IModel[]) => void = () => undefined;
    vi.spyOn(fake, 'models').mockImplementationOnce(() => new Promise(resolve => (give = resolve)));
    const first = panel.refresh();
    fake.models_ = now;
    await panel.refresh();
    give(old);
    await first;
    expect(panel.models).toEqual(now);
  });

  it('tells at the place what went wrong', async () => {
    fake.refusal = BUSY;
    await panel.remove('small');
    expect(panel.problemAt('small')).toEqual(BUSY.problem);
    expect(panel.isBusy('small')).toBe(false);
    panel.dismiss('small');
    expect(panel.problemAt('small')).toBeUndefined();
  });

  it('reads the list again when a pull has ended, while it is seen', async () => {
    panel.show();
    await settled();
    fake.models_ = [model('small', { installed: true })];
    fake.jobs.changed.emit(job());
    fake.jobs.changed.emit(job({ state: 'done' }));
    await settled();
    expect(panel.models[0]?.installed).toBe(true);
  });
});

describe('words', () => {
  const english = new Words(nullTranslator.load(DOMAIN), 'en');
  const french = new Words(nullTranslator.load(DOMAIN), 'fr_FR');

  it('write sizes and languages as the interface does', () => {
    expect(english.bytes(83_506_384)).toBe('83.5 MB');
    expect(english.bytes(1_790_000_000)).toBe('1.79 GB');
    expect(french.bytes(83_506_384).replace(/\s/g, ' ')).toBe('83,5 Mo');
    expect(french.language('de')).toBe('allemand');
    expect(english.language('no such')).toBe('no such');
    expect(english.languages(model('x', { pairs: ['en-fr'] }))).toBe('English to French');
    expect(english.languages(model('x', { languages: ['*'] }))).toBe('Many');
    const many = ['en', 'fr', 'de', 'es', 'it', 'pt'];
    expect(english.languages(model('x', { languages: many }))).toBe(
      'English, French, German, Spanish and 2 more'
    );
  });

  it('tell no folders of the server', () => {
    expect(english.called('/home/someone/models/mine')).toBe('mine');
    expect(english.called('hf:owner/name')).toBe('hf:owner/name');
  });

  it('tell each step of a pull', () => {
    const step = (what: string) =>
      english.step({
        spec: 'x',
        job: job({ progress: { what: `${what} x`, unit: 'B', done: 1000, total: 2000 } }),
        problem: null,
        stopped: false
      });
    expect(step('pull')).toBe('Downloading: 1 kB of 2 kB');
    expect(step('convert')).toBe('Converting: 1 kB of 2 kB');
    expect(step('check')).toBe('Checking: 1 kB of 2 kB');
  });
});

describe('view', () => {
  let root: IRoot;
  let node: HTMLElement;

  /** Render and wait until `text` is shown: React takes its time. */
  const shows = async (text: string) => {
    const words = new Words(nullTranslator.load(DOMAIN), 'en');
    const shared = { model: panel, words, confirm: () => Promise.resolve(true) };
    root.render(<View shared={shared} />);
    await vi.waitFor(() => expect(node.textContent).toContain(text));
  };
  const button = (name: string) =>
    [...node.querySelectorAll('button')].find(
      one => (one.getAttribute('aria-label') ?? one.textContent) === name
    );

  beforeEach(() => {
    node = document.body.appendChild(document.createElement('div'));
    root = createRoot(node);
  });

  afterEach(() => {
    root.unmount();
    node.remove();
  });

  it('says that it reads', async () => {
    await shows('Reading the list of models…');
  });

  it('offers the starters where nothing is installed', async () => {
    fake.models_ = [model('small', { starter: true, download: 2e6 })];
    await panel.refresh();
    await shows('The starters are small, with 2 MB to download.');
    button('Install the Starters')?.click();
    await shows('Starting…');
    expect(fake.started).toEqual([{ task: 'pull', model: 'starters' }]);
  });

  it('lets nothing be downloaded offline', async () => {
    fake.status_ = { ...STATUS, offline: true };
    await panel.refresh();
    await shows('Offline: nothing can be downloaded.');
    expect(button('Install small')?.disabled).toBe(true);
  });

  it('says how to enable the server extension', async () => {
    fake.refusal = new RequestError(404, {
      message: 'The server side of slm-magic does not answer.',
      reason: 'no_server_extension',
      mends: 'Run this.'
    });
    await panel.refresh();
    await shows('Run this.');
    expect(button('Try Again')).toBeDefined();
    expect(node.querySelector('[role=search]')).toBeNull();
  });

  it('says which default the environment has set', async () => {
    fake.models_ = [model('small', { installed: true })];
    vi.spyOn(fake, 'defaults').mockResolvedValue({
      translate: NONE,
      summarize: { kept: 'other', in_force: 'small' },
      redact: NONE
    } as never);
    await panel.refresh();
    await shows('Default: small, set by the environment or the project.');
    expect(button('Make small the default')).toBeDefined();
  });

  it('keeps the focus where the button that had it is gone', async () => {
    await panel.refresh();
    await shows('small');
    button('Install small')?.focus();
    button('Install small')?.click();
    await shows('Starting…');
    expect(document.activeElement).toBe(button('Cancel installing small'));
    expect(document.activeElement).not.toBeNull();
  });
});
