import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { decimal } from '../common/numbers';
import type { Decisions, Row, State } from './finds';
import { whereOf } from './places';

/** Pixels of a line; style/notebooks.css has the same. */
const LINE = 28;
/** Lines that are drawn above and below those in view. */
const AROUND = 10;

const CHECKED: Record<State, 'true' | 'false' | 'mixed'> = {
  all: 'true',
  none: 'false',
  some: 'mixed'
};

interface IProps {
  trans: TranslationBundle;
  /** As `Intl` takes it. */
  locale: string;
  decisions: Decisions;
  rows: readonly Row[];
  disabled: boolean;
  /** Something was decided, opened or closed. */
  changed: () => void;
}

/**
 * The finds by type and by what they are of. Only the lines in view are in the page.
 *
 * The keyboard stays on the list as a whole, and one line of it is the active one.
 */
export function FindTree(props: IProps): React.JSX.Element {
  const { trans, locale, decisions, rows, disabled, changed } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<string | null>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(0);
  const at = Math.max(
    0,
    rows.findIndex(row => row.key === active)
  );
  const first = Math.max(0, Math.floor(top / LINE) - AROUND);
  const last = Math.min(rows.length, Math.ceil((top + height) / LINE) + AROUND);

  useLayoutEffect(() => {
    const node = box.current;
    if (!node) {
      return;
    }
    const watch = new ResizeObserver(() => setHeight(node.clientHeight));
    watch.observe(node);
    setHeight(node.clientHeight);
    return () => watch.disconnect();
  }, []);

  // What was found is there to be looked through.
  useEffect(() => box.current?.focus(), []);

  const go = (to: number) => {
    const row = rows[Math.min(Math.max(0, to), rows.length - 1)];
    const node = box.current;
    if (row && node) {
      const place = rows.indexOf(row) * LINE;
      node.scrollTop = Math.min(Math.max(node.scrollTop, place + LINE - node.clientHeight), place);
      setActive(row.key);
    }
  };
  const toggle = (row: Row) => {
    if (!disabled) {
      decisions.toggle(row.finds);
      changed();
    }
  };
  const open = (row: Row, isOpen: boolean) => {
    decisions.open(row.key, isOpen);
    changed();
  };
  const parent = () => {
    const level = rows[at]?.level ?? 1;
    for (let place = at; place >= 0; place -= 1) {
      if ((rows[place]?.level ?? 1) < level) {
        return place;
      }
    }
    return at;
  };
  const page = Math.max(1, Math.floor(height / LINE) - 1);
  const keys: Record<string, (row: Row) => void> = {
    ' ': toggle,
    ArrowDown: () => go(at + 1),
    ArrowUp: () => go(at - 1),
    PageDown: () => go(at + page),
    PageUp: () => go(at - page),
    Home: () => go(0),
    End: () => go(rows.length - 1),
    ArrowRight: row => (isClosed(row) ? open(row, true) : row.level < 3 && go(at + 1)),
    ArrowLeft: row => (isOpen(row) ? open(row, false) : go(parent()))
  };
  const isOpen = (row: Row) => row.level < 3 && decisions.isOpen(row.key);
  const isClosed = (row: Row) => row.level < 3 && !decisions.isOpen(row.key);
  const hear = (event: React.KeyboardEvent) => {
    const row = rows[at];
    const run = keys[event.key];
    if (row && run && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      run(row);
    }
  };

  return (
    <div
      ref={box}
      className="jp-SlmFinds"
      role="tree"
      tabIndex={0}
      aria-label={trans.__('What was found. Space decides whether it is replaced.')}
      aria-activedescendant={at >= first && at < last ? `${id}-${rows[at]?.key}` : undefined}
      aria-multiselectable="true"
      aria-disabled={disabled}
      onKeyDown={hear}
      onScroll={event => setTop(event.currentTarget.scrollTop)}
    >
      {/* The place of the lines follows from where the list is scrolled to. */}
      <div role="none" className="jp-SlmFinds-all" style={{ height: rows.length * LINE }}>
        <div role="none" style={{ transform: `translateY(${first * LINE}px)` }}>
          {rows.slice(first, last).map((row, index) => (
            <div
              key={row.key}
              id={`${id}-${row.key}`}
              className={`jp-SlmFind jp-mod-${row.kind}`}
              role="treeitem"
              aria-level={row.level}
              aria-checked={CHECKED[decisions.state(row.finds)]}
              aria-expanded={row.level < 3 ? isOpen(row) : undefined}
              data-active={first + index === at || undefined}
              onClick={() => {
                setActive(row.key);
                toggle(row);
              }}
            >
              <button
                className="jp-SlmFind-open"
                tabIndex={-1}
                aria-hidden="true"
                disabled={row.level === 3}
                onClick={event => {
                  event.stopPropagation();
                  setActive(row.key);
                  open(row, !isOpen(row));
                }}
              >
                {row.level < 3 && (isOpen(row) ? '▾' : '▸')}
              </button>
              <span className="jp-SlmFind-check" aria-hidden="true" />
              <Words trans={trans} locale={locale} row={row} />
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

/** Return a text as one line; what else controls a screen is no word of it. */
function line(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ');
}

function Words({
  trans,
  locale,
  row
}: Pick<IProps, 'trans' | 'locale'> & { row: Row }): React.JSX.Element {
  if (row.kind === 'type') {
    return (
      <>
        <span className="jp-SlmFind-type">{row.type.type}</span>
        <span className="jp-SlmFind-note">
          {trans._n('%1 place', '%1 places', row.finds.length)}
        </span>
      </>
    );
  }
  if (row.kind === 'group') {
    return (
      <>
        <span className="jp-SlmFind-text">{line(row.group.text)}</span>
        <span className="jp-SlmFind-note">
          {trans._n('%1 place', '%1 places', row.finds.length)}
        </span>
        <span className="jp-SlmFind-tag">{row.group.placeholder}</span>
      </>
    );
  }
  const { find } = row;
  return (
    <>
      <span className="jp-SlmFind-where">{whereOf(trans, find)}</span>
      <span className="jp-SlmFind-context">
        <bdi>
          {line(find.before)}
          <mark>{line(find.text)}</mark>
          {line(find.after)}
        </bdi>
      </span>
      <span className="jp-SlmFind-note" title={trans.__('How sure it is, of 1')}>
        {decimal(find.score, 2, locale)}
      </span>
    </>
  );
}
