import type { TranslationBundle } from '@jupyterlab/translation';
import { HTMLSelect } from '@jupyterlab/ui-components';
import React, { useId, useState } from 'react';
import { useChanges } from '../common/use-changes';
import { FindTree } from './find-tree';
import type { Decisions } from './finds';
import { whereOf } from './places';
import { ProblemLine } from './problem-line';
import { OPERATORS, type Review } from './review';
import type { IFound } from './types';

interface IProps {
  review: Review;
  close: () => void;
  /** Close, and begin with the notebook as it is now. */
  again: () => void;
}

/** What the dialog shows, from the search to the writing of the copy. */
export function RedactView({ review, close, again }: IProps): React.JSX.Element {
  useChanges(review.changed);
  const { context, decisions, found, state } = review;
  const { trans } = context;
  const search = [{ label: trans.__('Search Again'), run: again }];
  const actions = {
    exists: [{ label: trans.__('Replace It'), run: () => void review.write(true) }],
    changed: search,
    stopped: search
  };
  return (
    <div className="jp-SlmRedact">
      <div role="status">
        {(state === 'searching' || state === 'writing') && <Progress review={review} />}
        {state === 'looking' && decisions && <p>{summary(trans, decisions)}</p>}
      </div>
      {found && decisions && state !== 'searching' && (
        <>
          {decisions.total > 0 && <Finds review={review} decisions={decisions} />}
          <Unseen trans={trans} found={found} />
          {decisions.total > 0 && <Copy review={review} />}
        </>
      )}
      <div role="alert">
        {review.warned && (
          <p>{trans.__('What you decided is lost. Close again to close without a copy.')}</p>
        )}
      </div>
      <ProblemLine context={context} problem={review.problem} actions={actions} close={close} />
    </div>
  );
}

function summary(trans: TranslationBundle, decisions: Decisions): string {
  if (!decisions.total) {
    return trans.__('No personal data was found. No tool finds everything: look it over.');
  }
  return trans._n(
    '%2 of %1 place will be replaced. No tool finds everything: look it over.',
    '%2 of %1 places will be replaced. No tool finds everything: look it over.',
    decisions.total,
    String(decisions.accepted)
  );
}

function Progress({ review }: { review: Review }): React.JSX.Element {
  const { context, saved, job, state } = review;
  const { trans } = context;
  const step = job?.progress;
  const words =
    state === 'writing'
      ? trans.__('Writing the copy, and searching it once more…')
      : job?.state === 'waiting'
        ? trans.__('Waiting until the server has time…')
        : trans.__('Searching for personal data…');
  return (
    <>
      <p>{words}</p>
      {saved && state === 'searching' && <p>{trans.__('Your changes were saved first.')}</p>}
      <progress
        aria-label={words}
        {...(step?.total ? { value: step.done, max: step.total } : {})}
      />
    </>
  );
}

function Finds({ review, decisions }: { review: Review; decisions: Decisions }): React.JSX.Element {
  const { trans } = review.context;
  const [only, setOnly] = useState('');
  const id = useId();
  const rows = decisions.rows(only);
  const shown = decisions.types.filter(type => !only || type.type === only);
  const disabled = review.state !== 'looking';
  const decide = (accept: boolean) => {
    decisions.set(
      shown.flatMap(type => type.finds),
      accept
    );
    review.change();
  };
  return (
    <>
      <div className="jp-SlmRedact-bar">
        <label htmlFor={id}>{trans.__('Show')}</label>
        <HTMLSelect id={id} value={only} onChange={event => setOnly(event.target.value)}>
          <option value="">{trans.__('All types (%1)', String(decisions.total))}</option>
          {decisions.types.map(({ type, finds }) => (
            <option key={type} value={type}>
              {trans.__('%1 (%2)', type, String(finds.length))}
            </option>
          ))}
        </HTMLSelect>
        <button className="jp-mod-styled" disabled={disabled} onClick={() => decide(true)}>
          {trans.__('Replace All Shown')}
        </button>
        <button className="jp-mod-styled" disabled={disabled} onClick={() => decide(false)}>
          {trans.__('Keep All Shown')}
        </button>
      </div>
      <FindTree
        trans={trans}
        locale={review.context.locale}
        decisions={decisions}
        rows={rows}
        disabled={disabled}
        changed={() => review.change()}
      />
    </>
  );
}

function Unseen({
  trans,
  found
}: {
  trans: TranslationBundle;
  found: IFound;
}): React.JSX.Element | null {
  const lines = [
    ...found.unseen.map(one => trans.__('%1: %2 (not searched)', whereOf(trans, one), one.what)),
    ...found.doubts.map(one => trans.__('%1: something, but not sure', whereOf(trans, one)))
  ];
  if (!lines.length) {
    return null;
  }
  return (
    <section className="jp-SlmRedact-unseen">
      <h3>{trans.__('Look at these yourself')}</h3>
      <ul tabIndex={0} aria-label={trans.__('What was not searched, and what is not sure')}>
        {[...new Set(lines)].map(line => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}

function Copy({ review }: { review: Review }): React.JSX.Element {
  const { trans } = review.context;
  const id = useId();
  const disabled = review.state !== 'looking';
  const labels: Record<(typeof OPERATORS)[number], string> = {
    tag: trans.__('Tags, such as <PERSON_1>'),
    mask: trans.__('Asterisks'),
    hash: trans.__('Hashes'),
    fake: trans.__('Made-up values')
  };
  return (
    <div className="jp-SlmRedact-bar">
      <label htmlFor={`${id}-operator`}>{trans.__('Replace with')}</label>
      <HTMLSelect
        id={`${id}-operator`}
        value={review.operator}
        disabled={disabled}
        onChange={event => review.set({ operator: event.target.value })}
      >
        {OPERATORS.map(name => (
          <option key={name} value={name}>
            {labels[name]}
          </option>
        ))}
      </HTMLSelect>
      <label htmlFor={`${id}-name`}>{trans._p('noun', 'Copy')}</label>
      <input
        id={`${id}-name`}
        className="jp-mod-styled"
        value={review.name}
        disabled={disabled}
        spellCheck={false}
        onChange={event => review.set({ name: event.target.value })}
      />
    </div>
  );
}
