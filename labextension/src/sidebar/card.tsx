import React from 'react';
import type { IModel, Task } from '../client';
import { codesOf } from '../common/languages';
import { isMember, member, toDownload } from './filter';
import { Button, type IShared, KeepFocus, Problem, PullState } from './parts';
import { TrialForm } from './trial-form';

interface ICardProps {
  shared: IShared;
  /** The model that it is of. */
  card: IModel;
  /** The task that it stands under. */
  task: Task | null;
}

/** One model: what it is, and what can be done with it. */
export function Card({ shared, card, task }: ICardProps) {
  const { model, words } = shared;
  const { trans } = words;
  const { name } = card;
  const isDefault = task !== null && model.defaults?.[task].in_force === name;
  const pulls = model.pulls.all.filter(pull =>
    card.pattern
      ? isMember(card, pull.spec) && !model.models.some(one => one.name === pull.spec)
      : pull.spec === name && !(card.installed && pull.problem)
  );
  const problem = model.problemAt(name);
  const trying = card.installed && task !== null && model.trial.isOf(card, task);
  const id = `jp-slm-${task ?? 'none'}-${name}`;
  return (
    <KeepFocus as="li" className="jp-SlmSidebar-card">
      <h4 id={id} className="jp-SlmSidebar-name">
        {card.pattern ? card.title.replace(/\{(\w+)\}/g, '…') : name}
      </h4>
      {(card.installed || isDefault) && (
        <p className="jp-SlmSidebar-marks">
          {card.installed && <span className="jp-SlmSidebar-mark">{trans.__('Installed')}</span>}
          {isDefault && (
            <span className="jp-SlmSidebar-mark jp-mod-default">{trans.__('Default')}</span>
          )}
        </p>
      )}
      {card.title && !card.pattern && <p className="jp-SlmSidebar-title">{card.title}</p>}
      {card.quality && <p className="jp-SlmSidebar-quality">{card.quality}</p>}
      <Facts shared={shared} card={card} />
      {pulls.map(pull => (
        <PullState key={pull.job?.id ?? pull.spec} shared={shared} pull={pull} />
      ))}
      {card.pattern ? (
        <Family shared={shared} card={card} />
      ) : (
        <Actions shared={shared} card={card} task={task} busy={pulls.some(one => !one.problem)} />
      )}
      {problem && <Problem words={words} problem={problem} onDismiss={() => model.dismiss(name)} />}
      {trying && <TrialForm shared={shared} card={card} task={task} />}
    </KeepFocus>
  );
}

function Facts({ shared, card }: { shared: IShared; card: IModel }) {
  const { model, words } = shared;
  const { trans } = words;
  const download = toDownload(card, model.models);
  let size = '';
  if (card.installed) {
    size = card.disk ? words.bytes(card.disk) : '';
  } else if (download) {
    size = trans.__('%1 to download', words.bytes(download));
  }
  const facts: [string, string][] = [
    [trans.__('Languages'), words.languages(card)],
    [trans.__('Domain'), card.domain],
    [trans.__('Size'), size],
    [trans.__('Parameters'), card.parameters ? words.count(card.parameters) : ''],
    [trans.__('Licence'), card.licence],
    [trans.__('Needs'), words.list(card.requires)]
  ];
  return (
    <dl className="jp-SlmSidebar-facts">
      {facts
        .filter(([, value]) => value)
        .map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

interface IActionsProps extends ICardProps {
  /** Whether it is being installed. */
  busy: boolean;
}

function Actions({ shared, card, task, busy }: IActionsProps) {
  const { model, words, confirm } = shared;
  const { trans } = words;
  const { name } = card;
  if (busy) {
    return null;
  }
  if (!card.installed) {
    return (
      <div className="jp-SlmSidebar-actions">
        <Button
          look="main"
          disabled={model.offline}
          aria-label={trans.__('Install %1', name)}
          onClick={() => void model.pulls.start(name)}
        >
          {trans.__('Install')}
        </Button>
      </div>
    );
  }
  const kept = task !== null && model.defaults?.[task].kept === name;
  const waits = model.isBusy(name);
  const trying = task !== null && model.trial.isOf(card, task);
  const remove = async () => {
    if (await confirm(name)) {
      await model.remove(name);
    }
  };
  return (
    <div className="jp-SlmSidebar-actions" aria-busy={waits}>
      {task !== null && (
        <>
          <Button
            aria-expanded={trying}
            aria-label={trans.__('Try %1', name)}
            onClick={() =>
              trying ? model.trial.close() : model.trial.open(card, task, targets(shared, card))
            }
          >
            {trans.__('Try')}
          </Button>
          <Button
            aria-label={
              kept
                ? trans.__('Unset %1 as the default', name)
                : trans.__('Make %1 the default', name)
            }
            aria-disabled={waits}
            onClick={() => waits || void model.setDefault(task, kept ? null : name, name)}
          >
            {kept ? trans.__('Unset Default') : trans.__('Make Default')}
          </Button>
        </>
      )}
      {card.removable && (
        <Button
          aria-label={trans.__('Remove %1', name)}
          aria-disabled={waits}
          onClick={() => waits || void remove()}
        >
          {trans.__('Remove')}
        </Button>
      )}
    </div>
  );
}

/** The languages that a model translates into, that of the interface first. */
export function targets({ model, words }: IShared, card: IModel): string[] {
  const codes = codesOf(card, 'into', model.models);
  const likely = [words.code, 'fr'].find(code => code !== 'en' && codes.includes(code));
  const rest = words.sorted(codes.filter(code => code !== likely));
  return likely === undefined ? rest : [likely, ...rest];
}

/** Picks one of a family by its languages. */
function Family({ shared, card }: { shared: IShared; card: IModel }) {
  const { model, words } = shared;
  const { trans } = words;
  const codes = words.sorted(card.languages);
  const [source, setSource] = React.useState('en');
  const [target, setTarget] = React.useState(
    card.languages.includes(words.code) && words.code !== 'en' ? words.code : 'fr'
  );
  const name = member(card, source, target);
  const installed = model.models.some(one => one.name === name && one.installed);
  const running = model.pulls.of(name);
  const unfit = source === target || installed || model.offline || (running && !running.problem);
  return (
    <div className="jp-SlmSidebar-actions">
      <LanguageSelect
        words={words}
        label={trans.__('From')}
        codes={codes}
        value={source}
        onChange={setSource}
      />
      <LanguageSelect
        words={words}
        label={trans.__('To')}
        codes={codes}
        value={target}
        onChange={setTarget}
      />
      <Button
        look="main"
        aria-disabled={Boolean(unfit)}
        aria-label={trans.__('Install %1', name)}
        onClick={() => unfit || void model.pulls.start(name)}
      >
        {installed ? trans.__('Installed') : trans.__('Install')}
      </Button>
    </div>
  );
}

interface ILanguageSelectProps {
  words: IShared['words'];
  label: string;
  codes: readonly string[];
  value: string;
  onChange: (code: string) => void;
}

export function LanguageSelect({ words, label, codes, value, onChange }: ILanguageSelectProps) {
  return (
    <label className="jp-SlmSidebar-field">
      <span>{label}</span>
      <select value={value} onChange={event => onChange(event.target.value)}>
        {codes.map(code => (
          <option key={code} value={code}>
            {words.language(code)}
          </option>
        ))}
      </select>
    </label>
  );
}
