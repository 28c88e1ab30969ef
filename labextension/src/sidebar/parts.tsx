import React from 'react';
import type { IProblem } from '../client';
import type { SidebarModel } from './model';
import type { IPull } from './pulls';
import type { Words } from './words';

/** What all parts of the panel are given. */
export interface IShared {
  model: SidebarModel;
  words: Words;
  /** Ask before a model is removed. */
  confirm: (name: string) => Promise<boolean>;
}

interface IButtonProps extends React.ButtonHTMLAttributes<HTMLButtonElement> {
  /** How it looks: `main` is what a person most likely wants. */
  look?: 'main' | 'plain';
}

export function Button({ look = 'plain', className = '', ...rest }: IButtonProps) {
  const looks = `jp-SlmSidebar-button jp-mod-${look} ${className}`.trimEnd();
  return <button type="button" className={looks} {...rest} />;
}

interface IProblemProps {
  words: Words;
  problem: IProblem;
  onRetry?: () => void;
  onDismiss?: () => void;
}

/** What went wrong, what to do about it, and buttons to do so. */
export function Problem({ words: { trans }, problem, onRetry, onDismiss }: IProblemProps) {
  return (
    <div className="jp-SlmSidebar-problem" role="alert">
      <p>{problem.message}</p>
      {problem.mends && <p>{problem.mends}</p>}
      {(onRetry ?? onDismiss) && (
        <div className="jp-SlmSidebar-actions">
          {onRetry && <Button onClick={onRetry}>{trans.__('Try Again')}</Button>}
          {onDismiss && <Button onClick={onDismiss}>{trans.__('Dismiss')}</Button>}
        </div>
      )}
    </div>
  );
}

/** How far a pull is, with its button to cancel; or why it failed. */
export function PullState({ shared, pull }: { shared: IShared; pull: IPull }) {
  const { model, words } = shared;
  const { trans } = words;
  if (pull.problem) {
    return (
      <Problem
        words={words}
        problem={pull.problem}
        // A path as the server tells it is none that it takes; the field below has it still.
        onRetry={
          pull.spec.startsWith('/') || model.offline
            ? undefined
            : () => void model.pulls.start(pull.spec)
        }
        onDismiss={() => model.pulls.dismiss(pull)}
      />
    );
  }
  const percent = words.percent(pull);
  const stopping = pull.stopped || pull.job?.state === 'cancelling';
  return (
    <div className="jp-SlmSidebar-pull">
      <progress
        className="jp-SlmSidebar-progress"
        aria-label={trans.__('Installing %1', words.called(pull.spec))}
        max={100}
        {...(percent !== null && { value: percent })}
      />
      <span className="jp-SlmSidebar-step">{words.step(pull)}</span>
      <div className="jp-SlmSidebar-actions">
        <Button
          aria-label={trans.__('Cancel installing %1', words.called(pull.spec))}
          // Not disabled, which would lose the focus.
          aria-disabled={stopping}
          onClick={() => {
            if (!stopping) {
              void model.pulls.cancel(pull);
            }
          }}
          onKeyDown={event => {
            if (event.key === 'Escape' && !stopping) {
              event.stopPropagation();
              void model.pulls.cancel(pull);
            }
          }}
        >
          {trans.__('Cancel')}
        </Button>
      </div>
    </div>
  );
}

/**
 * Keeps the focus where it was when the button that had it is gone.
 *
 * A class, as only these are asked before a change.
 */
export class KeepFocus extends React.Component<{
  as: 'li' | 'div';
  className: string;
  children: React.ReactNode;
}> {
  override getSnapshotBeforeUpdate(): boolean {
    return this._node.current?.contains(document.activeElement) ?? false;
  }

  override componentDidUpdate(_: unknown, __: unknown, had: boolean): void {
    const node = this._node.current;
    if (had && node && !node.contains(document.activeElement)) {
      node.querySelector<HTMLElement>('button:not(:disabled), input, select, textarea')?.focus();
    }
  }

  override render(): React.ReactNode {
    const { as, ...rest } = this.props;
    return React.createElement(as, { ...rest, ref: this._node });
  }

  private readonly _node = React.createRef<HTMLElement>();
}
