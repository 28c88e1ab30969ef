import React from 'react';
import type { IModel, IResult, Task } from '../client';
import { LanguageSelect, targets } from './card';
import { Button, type IShared, Problem } from './parts';

/** A text to try a model on, and what the model makes of it. */
export function TrialForm({ shared, card, task }: { shared: IShared; card: IModel; task: Task }) {
  const { model, words } = shared;
  const { trans } = words;
  const { trial } = model;
  const unfit = !trial.text.trim();
  const run = () => {
    if (!unfit) {
      void trial.run();
    }
  };
  const lacking = task === 'redact' && model.status?.redact === false;
  return (
    <form
      className="jp-SlmSidebar-trial"
      aria-label={trans.__('Try %1', card.name)}
      onSubmit={event => {
        event.preventDefault();
        run();
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          if (trial.running) {
            trial.cancel();
          } else {
            trial.close();
          }
        }
      }}
    >
      <label className="jp-SlmSidebar-field jp-mod-wide">
        <span>{trans.__('Text to try')}</span>
        <textarea
          rows={4}
          value={trial.text}
          onChange={event => trial.set({ text: event.target.value })}
          onKeyDown={event => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
              event.preventDefault();
              run();
            }
          }}
        />
      </label>
      {task === 'translate' && (
        <LanguageSelect
          words={words}
          label={trans.__('Into')}
          codes={targets(shared, card)}
          value={trial.target}
          onChange={target => trial.set({ target })}
        />
      )}
      {lacking && (
        <p className="jp-SlmSidebar-hint">
          {trans.__('Redaction needs more packages: pip install "slm-magic[redact]".')}
        </p>
      )}
      <div className="jp-SlmSidebar-actions">
        {/* One button, which keeps the focus. */}
        <Button
          look={trial.running ? 'plain' : 'main'}
          aria-disabled={!trial.running && unfit}
          onClick={() => (trial.running ? trial.cancel() : run())}
        >
          {trial.running ? trans.__('Cancel') : words.task(task)}
        </Button>
      </div>
      <div aria-live="polite" aria-busy={trial.running}>
        {trial.running && <Running shared={shared} />}
        {trial.result && <Result shared={shared} result={trial.result} />}
      </div>
      {trial.problem && <Problem words={words} problem={trial.problem} onRetry={run} />}
    </form>
  );
}

function Running({ shared: { model, words } }: { shared: IShared }) {
  const { job } = model.trial;
  const { trans } = words;
  const waiting = job?.state === 'waiting';
  const total = job?.progress?.total;
  return (
    <>
      <progress
        className="jp-SlmSidebar-progress"
        aria-label={trans.__('Working…')}
        {...(total && { max: total, value: job.progress?.done ?? 0 })}
      />
      <span className="jp-SlmSidebar-step">
        {waiting ? trans.__('Waiting for another job…') : trans.__('Working…')}
      </span>
    </>
  );
}

function Result({ shared: { words }, result }: { shared: IShared; result: IResult }) {
  const { trans } = words;
  return (
    <>
      <p className="jp-SlmSidebar-label">{trans.__('Result, after %1', words.seconds(result))}</p>
      <div className="jp-SlmSidebar-result">{result.text}</div>
      {result.flags.length > 0 && (
        <>
          <p className="jp-SlmSidebar-label">{trans.__('Please check')}</p>
          <ul className="jp-SlmSidebar-flags">
            {result.flags.map((flag, at) => (
              <li key={at}>{flag.message}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
