import React from 'react';
import type { IProblem } from '../client';
import { lineOf } from '../common/problem';
import { showModels } from '../common/show-models';
import type { IContext } from './context';

interface IProps {
  context: IContext;
  problem: IProblem | null;
  /** What may be done about it, by its reason. */
  actions: Record<string, { label: string; run: () => void }[]>;
  /** Close the dialog. */
  close: () => void;
}

/** What went wrong, where it did, with what can be done about it. */
export function ProblemLine({ context, problem, actions, close }: IProps): React.JSX.Element {
  const buttons = [...((problem && actions[problem.reason]) ?? [])];
  const show = showModels(context.app.commands);
  if (problem?.reason === 'model_not_installed' && show) {
    const run = () => {
      close();
      show();
    };
    buttons.push({ label: context.trans.__('Show Small Models'), run });
  }
  return (
    <div className="jp-SlmNotebookDialog-problem" role="alert">
      {problem && <p>{lineOf(problem)}</p>}
      {buttons.map(({ label, run }) => (
        <button key={label} className="jp-mod-styled" onClick={run}>
          {label}
        </button>
      ))}
    </div>
  );
}
