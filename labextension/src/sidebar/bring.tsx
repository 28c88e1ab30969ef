import React from 'react';
import { Button, type IShared } from './parts';

/** Installs a model that is not of the catalogue. */
export function Bring({ shared }: { shared: IShared }) {
  const { model, words } = shared;
  const { trans } = words;
  const [spec, setSpec] = React.useState('');
  const [name, setName] = React.useState('');
  const asked = spec.trim();
  const hint = React.useId();
  return (
    <details className="jp-SlmSidebar-section">
      <summary>
        <h3>{trans.__('Install another model')}</h3>
      </summary>
      <form
        className="jp-SlmSidebar-bring"
        onSubmit={event => {
          event.preventDefault();
          if (asked) {
            void model.pulls.start(asked, name.trim() || undefined);
          }
        }}
      >
        <label className="jp-SlmSidebar-field jp-mod-wide">
          <span>{trans.__('Model')}</span>
          <input
            type="text"
            value={spec}
            placeholder="hf:owner/name"
            spellCheck={false}
            aria-describedby={hint}
            onChange={event => setSpec(event.target.value)}
          />
        </label>
        <p id={hint} className="jp-SlmSidebar-hint">
          {trans.__(
            'hf:owner/name for a repository of the Hub, or the path of a folder or file as the file browser shows it.'
          )}
        </p>
        <label className="jp-SlmSidebar-field jp-mod-wide">
          <span>{trans.__('Name to give it (optional)')}</span>
          <input
            type="text"
            value={name}
            spellCheck={false}
            onChange={event => setName(event.target.value)}
          />
        </label>
        <div className="jp-SlmSidebar-actions">
          <Button type="submit" aria-disabled={!asked}>
            {trans.__('Install')}
          </Button>
        </div>
      </form>
    </details>
  );
}
