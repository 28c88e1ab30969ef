import { HTMLSelect, ReactWidget } from '@jupyterlab/ui-components';
import { type ISignal, Signal } from '@lumino/signaling';
import React, { useId } from 'react';
import type { IProblem } from '../client';
import { problemOf } from '../common/problem';
import { useChanges } from '../common/use-changes';
import { type IContext, pathOnServer, save } from './context';
import { WorkDialog } from './dialog';
import { type ILanguage, languages, preferred } from '../common/languages';
import { beside, copyName, isName } from './names';
import { ProblemLine } from './problem-line';
import { type ITranslateRequest, runTranslation } from './translate-run';

/** Ask how to translate a notebook, and start it; the work goes on after the dialog is closed. */
export async function translateNotebook(context: IContext, path: string): Promise<void> {
  const { trans } = context;
  const saved = await save(context, path);
  if (saved === 'failed') {
    return;
  }
  const form = new Form(context, path, saved === 'saved');
  const close = () => dialog.finish();
  const dialog = new WorkDialog(
    { title: trans.__('Translate Notebook'), focusNodeSelector: 'select' },
    ReactWidget.create(<Fields form={form} close={close} />),
    { close: trans.__('Cancel'), accept: trans.__('Translate') },
    { accept: () => void form.start(), mayClose: () => true }
  );
  dialog.acceptable = false;
  form.changed.connect(() => {
    dialog.acceptable = form.ready;
  });
  form.taken.connect(close);
  void form.load();
  await dialog.launch();
  form.stop();
}

/** What is asked, and what became of it. */
class Form {
  constructor(
    readonly context: IContext,
    readonly path: string,
    readonly saved: boolean
  ) {
    this.comments = context.settings.comments;
  }

  languages: ILanguage[] | null = null;
  sources: ILanguage[] = [];
  target = '';
  /** The language that the notebook is in; empty where that is to be told from its text. */
  source = '';
  comments: boolean;
  /** What the copy is called, where it is not called after its language. */
  named: string | null = null;
  busy = false;
  problem: IProblem | null = null;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The server has taken the work on. */
  get taken(): ISignal<this, void> {
    return this._taken;
  }

  get name(): string {
    return this.named ?? (this.target && copyName(this.path, this.target));
  }

  get ready(): boolean {
    return !this.busy && this.target !== '' && isName(this.name);
  }

  set(fields: Partial<Pick<Form, 'target' | 'source' | 'comments' | 'named' | 'problem'>>): void {
    Object.assign(this, fields);
    this._changed.emit();
  }

  /** Ask which languages there are models for. */
  async load(): Promise<void> {
    const { client, locale, settings, trans } = this.context;
    try {
      const models = await client.models();
      this.sources = languages(models, 'from', locale);
      this.languages = languages(models, 'into', locale);
      this.target = preferred(this.languages, settings.target, locale);
      if (!this.languages.length) {
        this.problem = {
          message: trans.__('No model that translates is installed.'),
          reason: 'model_not_installed',
          mends: trans.__('Install one first.')
        };
      }
    } catch (error) {
      this.problem = problemOf(error);
    }
    this._changed.emit();
  }

  async start(more: Pick<ITranslateRequest, 'force' | 'resume'> = {}): Promise<void> {
    if (!this.ready) {
      return;
    }
    this.busy = true;
    this.set({ problem: null });
    try {
      const path = pathOnServer(this.context, this.path);
      const out = beside(path, this.name);
      const { target, source, comments } = this;
      const request = { path, target, ...(source && { source }), comments, out, ...more };
      await runTranslation(this.context, request, this._stop.signal, () => {
        this._begun = true;
        this._taken.emit();
      });
    } catch (error) {
      this.problem = problemOf(error);
    }
    this.busy = false;
    this._changed.emit();
  }

  /** The dialog is closed: what the server has not taken on yet is not wanted. */
  stop(): void {
    if (!this._begun) {
      this._stop.abort();
    }
    Signal.clearData(this);
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _taken = new Signal<this, void>(this);
  private readonly _stop = new AbortController();
  private _begun = false;
}

function Fields({ form, close }: { form: Form; close: () => void }): React.JSX.Element {
  useChanges(form.changed);
  const id = useId();
  const { context } = form;
  const { trans } = context;
  const actions = {
    exists: [{ label: trans.__('Replace It'), run: () => void form.start({ force: true }) }],
    interrupted: [
      { label: trans.__('Resume'), run: () => void form.start({ resume: true }) },
      { label: trans.__('Start Over'), run: () => void form.start({ force: true }) }
    ]
  };
  return (
    <div className="jp-SlmNotebookDialog-fields">
      <label htmlFor={`${id}-target`}>{trans.__('Into')}</label>
      <HTMLSelect
        id={`${id}-target`}
        value={form.target}
        disabled={form.busy}
        onChange={event => form.set({ target: event.target.value, problem: null })}
      >
        {form.languages === null && <option value="">{trans.__('Loading the models…')}</option>}
        {form.languages?.map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </HTMLSelect>
      <label htmlFor={`${id}-source`}>{trans.__('From')}</label>
      <HTMLSelect
        id={`${id}-source`}
        value={form.source}
        disabled={form.busy}
        onChange={event => form.set({ source: event.target.value, problem: null })}
      >
        <option value="">{trans.__('Detect it from the text')}</option>
        {form.sources.map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </HTMLSelect>
      <label htmlFor={`${id}-name`}>{trans._p('noun', 'Copy')}</label>
      <input
        id={`${id}-name`}
        className="jp-mod-styled"
        value={form.name}
        disabled={form.busy}
        spellCheck={false}
        aria-describedby={`${id}-where`}
        onChange={event => form.set({ named: event.target.value, problem: null })}
      />
      <p id={`${id}-where`}>{trans.__('A new notebook beside this one, which stays as it is.')}</p>
      <label className="jp-SlmNotebookDialog-check">
        <input
          type="checkbox"
          checked={form.comments}
          disabled={form.busy}
          onChange={event => form.set({ comments: event.target.checked })}
        />
        {trans.__('Translate comments in code too')}
      </label>
      {form.saved && <p>{trans.__('Your changes were saved first.')}</p>}
      <div role="status">{form.busy && <p>{trans.__('Starting…')}</p>}</div>
      <ProblemLine context={context} problem={form.problem} actions={actions} close={close} />
    </div>
  );
}
