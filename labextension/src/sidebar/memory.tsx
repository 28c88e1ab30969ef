import React from 'react';
import { Button, type IShared, KeepFocus, Problem } from './parts';

/** The models in memory, how much they take, and buttons to free it. */
export function Memory({ shared }: { shared: IShared }) {
  const { model, words } = shared;
  const { trans } = words;
  const { status } = model;
  const heading = React.useId();
  if (!status) {
    return null;
  }
  const { loaded, memory } = status;
  const taken = loaded.reduce((sum, one) => sum + one.bytes, 0);
  const problem = model.problemAt('memory');
  const busy = model.isBusy('memory');
  const unload = (name?: string) => busy || void model.unload(name);
  return (
    <section className="jp-SlmSidebar-section jp-SlmSidebar-memory" aria-labelledby={heading}>
      <h3 id={heading}>{trans.__('Memory')}</h3>
      <KeepFocus as="div" className="jp-SlmSidebar-loaded">
        <p>
          {trans.__(
            'Loaded models: %1 of at most %2.',
            words.bytes(taken),
            words.bytes(memory.models_most)
          )}
        </p>
        {memory.process !== null && (
          <p>{trans.__('Server process: %1.', words.bytes(memory.process))}</p>
        )}
        {loaded.length === 0 && (
          <p className="jp-SlmSidebar-hint">
            {trans.__('No model is loaded. One is loaded when it is first used.')}
          </p>
        )}
        <ul>
          {loaded.map(one => (
            <li key={one.name}>
              <span>{trans.__('%1: %2', one.name, words.bytes(one.bytes))}</span>
              <Button
                aria-disabled={busy}
                aria-label={trans.__('Unload %1', one.name)}
                onClick={() => unload(one.name)}
              >
                {trans.__('Unload')}
              </Button>
            </li>
          ))}
        </ul>
        {loaded.length > 1 && (
          <Button aria-disabled={busy} onClick={() => unload()}>
            {trans.__('Unload All')}
          </Button>
        )}
        {problem && (
          <Problem words={words} problem={problem} onDismiss={() => model.dismiss('memory')} />
        )}
      </KeepFocus>
    </section>
  );
}
