import React from 'react';
import { TASKS, type Task } from '../client';
import { Bring } from './bring';
import { Card } from './card';
import { groups, type IFilter, isFiltered, isMember } from './filter';
import { Memory } from './memory';
import { Button, type IShared, KeepFocus, Problem, PullState } from './parts';

/** The whole panel. */
export function View({ shared }: { shared: IShared }) {
  const { model, words } = shared;
  const { trans } = words;
  return (
    <KeepFocus as="div" className="jp-SlmSidebar-content">
      <h2>{trans.__('Small models')}</h2>
      <p className="jp-SlmSidebar-news" role="status">
        {words.news(model.news)}
      </p>
      {model.problem && <Unread shared={shared} problem={model.problem} />}
      {model.loading && (
        <p className="jp-SlmSidebar-loading" aria-busy>
          {trans.__('Reading the list of models…')}
        </p>
      )}
      {model.status && (
        <>
          {model.offline && (
            <div className="jp-SlmSidebar-notice" role="note">
              <p>{trans.__('Offline: nothing can be downloaded.')}</p>
              <p>
                {trans.__(
                  'Unset SLM_MAGIC_OFFLINE and HF_HUB_OFFLINE and start Jupyter again, or install a model from a file below.'
                )}
              </p>
            </div>
          )}
          <Filter shared={shared} />
          <Starters shared={shared} />
          <OtherPulls shared={shared} />
          <Cards shared={shared} />
          <Bring shared={shared} />
          <Memory shared={shared} />
        </>
      )}
    </KeepFocus>
  );
}

/** That the server cannot be asked; with a way out for each reason. */
function Unread({
  shared: { model, words },
  problem
}: {
  shared: IShared;
  problem: NonNullable<IShared['model']['problem']>;
}) {
  const { trans } = words;
  const told =
    problem.mends || problem.reason !== 'unreachable'
      ? problem
      : { ...problem, mends: trans.__('Check that Jupyter is still running.') };
  return (
    <>
      <Problem words={words} problem={told} onRetry={() => void model.retry()} />
      {model.status && (
        <p className="jp-SlmSidebar-hint">{trans.__('What follows may be out of date.')}</p>
      )}
    </>
  );
}

function Filter({ shared: { model, words } }: { shared: IShared }) {
  const { trans } = words;
  const { filter } = model;
  return (
    <div className="jp-SlmSidebar-filter" role="search" aria-label={trans.__('Models')}>
      <label className="jp-SlmSidebar-field jp-mod-wide">
        <span>{trans.__('Search')}</span>
        <input
          type="search"
          value={filter.search}
          placeholder={trans.__('Name, language, licence…')}
          onChange={event => model.setFilter({ search: event.target.value })}
        />
      </label>
      <label className="jp-SlmSidebar-field">
        <span>{trans.__('Task')}</span>
        <select
          value={filter.task}
          onChange={event => model.setFilter({ task: event.target.value as Task | '' })}
        >
          <option value="">{trans._p('tasks', 'All')}</option>
          {TASKS.map(task => (
            <option key={task} value={task}>
              {words.task(task)}
            </option>
          ))}
        </select>
      </label>
      <label className="jp-SlmSidebar-field">
        <span>{trans.__('Show')}</span>
        <select
          value={filter.state}
          onChange={event => model.setFilter({ state: event.target.value as IFilter['state'] })}
        >
          <option value="">{trans._p('models', 'All')}</option>
          <option value="installed">{trans._p('models', 'Installed')}</option>
          <option value="missing">{trans._p('models', 'Not installed')}</option>
        </select>
      </label>
    </div>
  );
}

/** Where nothing is installed, what to begin with. */
function Starters({ shared }: { shared: IShared }) {
  const { model, words } = shared;
  const { trans } = words;
  const pull = model.pulls.of('starters');
  if (!pull && model.models.some(one => one.installed)) {
    return null;
  }
  const starters = model.models.filter(one => one.starter);
  // What one starter needs is another.
  const download = starters.reduce((sum, one) => sum + one.download, 0);
  return (
    <div className="jp-SlmSidebar-notice">
      {!pull && (
        <>
          <p>{trans.__('No model is installed yet.')}</p>
          <p>
            {trans.__(
              'The starters are %1, with %2 to download.',
              words.list(starters.map(one => one.name)),
              words.bytes(download)
            )}
          </p>
          <div className="jp-SlmSidebar-actions">
            <Button
              look="main"
              disabled={model.offline}
              onClick={() => void model.pulls.start('starters')}
            >
              {trans.__('Install the Starters')}
            </Button>
          </div>
        </>
      )}
      {pull && (
        <>
          <p>{words.called(pull.spec)}</p>
          <PullState shared={shared} pull={pull} />
        </>
      )}
    </div>
  );
}

/** Pulls of what has no card. */
function OtherPulls({ shared }: { shared: IShared }) {
  const { model, words } = shared;
  const { trans } = words;
  const heading = React.useId();
  const others = model.pulls.all.filter(
    ({ spec }) =>
      spec !== 'starters' && !model.models.some(one => one.name === spec || isMember(one, spec))
  );
  if (!others.length) {
    return null;
  }
  return (
    <section aria-labelledby={heading}>
      <h3 id={heading}>{trans.__('Being installed')}</h3>
      <ul className="jp-SlmSidebar-cards">
        {others.map(pull => (
          <KeepFocus key={pull.job?.id ?? pull.spec} as="li" className="jp-SlmSidebar-card">
            <h4 className="jp-SlmSidebar-name">{words.called(pull.spec)}</h4>
            <PullState shared={shared} pull={pull} />
          </KeepFocus>
        ))}
      </ul>
    </section>
  );
}

function Cards({ shared }: { shared: IShared }) {
  const { model, words } = shared;
  const { trans } = words;
  const found = groups(model.models, model.filter, one => words.allLanguages(one));
  if (!found.length) {
    return (
      <div className="jp-SlmSidebar-notice" role="status">
        <p>
          {isFiltered(model.filter)
            ? trans.__('No model fits the search and filters.')
            : trans.__('There are no models.')}
        </p>
        {isFiltered(model.filter) && (
          <div className="jp-SlmSidebar-actions">
            <Button onClick={() => model.clearFilter()}>{trans.__('Show All Models')}</Button>
          </div>
        )}
      </div>
    );
  }
  return (
    <>
      {found.map(({ task, models }) => (
        <section
          key={task ?? ''}
          className="jp-SlmSidebar-section"
          aria-labelledby={`jp-slm-task-${task ?? 'none'}`}
        >
          <h3 id={`jp-slm-task-${task ?? 'none'}`}>{words.task(task)}</h3>
          {task && <Default shared={shared} task={task} />}
          <ul className="jp-SlmSidebar-cards">
            {models.map(card => (
              <Card key={card.name} shared={shared} card={card} task={task} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

/** Which model a task uses. */
function Default({ shared: { model, words }, task }: { shared: IShared; task: Task }) {
  const { trans } = words;
  const { kept = null, in_force = null } = model.defaults?.[task] ?? {};
  const some = model.models.some(one => one.installed && one.tasks.includes(task));
  let line = some
    ? trans.__('No default is set: an installed model is picked for each text.')
    : trans.__('No model for this task is installed.');
  if (in_force && in_force !== kept) {
    line = trans.__('Default: %1, set by the environment or the project.', in_force);
  } else if (in_force) {
    line = trans.__('Default: %1.', in_force);
  }
  return <p className="jp-SlmSidebar-hint">{line}</p>;
}
