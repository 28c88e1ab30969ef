import type { IFlag } from '../client';
import type { Characters } from '../common/characters';
import { make } from './dom';
import { numbers, pieces } from './pieces';
import { type IContext, flagName } from './words';

/** A text with what its flags point at marked, each mark with the numbers of its flags. */
export function marked(
  text: Characters,
  flags: readonly IFlag[],
  context: IContext,
  start = 0,
  end = text.length
): Node[] {
  return pieces(text, flags, start, end).map(piece => {
    if (!piece.at.length) {
      return document.createTextNode(piece.text);
    }
    return make(
      'mark',
      'mark',
      {
        // A keyboard reaches it, and a screen reader then tells the reason.
        tabindex: '0',
        title: piece.at.map(at => reason(flags[at], context)).join('\n'),
        'aria-describedby': piece.at.map(at => flagId(at + 1, context)).join(' '),
        'data-number': numbers(piece)
      },
      piece.text
    );
  });
}

/** The reasons of all flags, numbered as the marks are; null where there is none. */
export function reasons(flags: readonly IFlag[], context: IContext): HTMLElement | null {
  if (!flags.length) {
    return null;
  }
  const items = flags.map((flag, index) =>
    make(
      'li',
      'flag',
      { id: flagId(index + 1, context) },
      make('strong', '', {}, flagName(flag.kind, context.trans)),
      ' ',
      flag.message
    )
  );
  return make('ol', 'flags', { 'aria-label': context.trans.__('What looks wrong') }, ...items);
}

/** While a mark has the focus or the pointer, its reasons stand out in the list. */
export function followMarks(root: HTMLElement): void {
  const set = (event: Event, on: boolean) => {
    const target = event.target instanceof Element ? event.target : null;
    const ids = target?.closest('mark')?.getAttribute('aria-describedby')?.split(' ') ?? [];
    for (const id of ids) {
      root.querySelector(`[id="${id}"]`)?.classList.toggle('jp-mod-active', on);
    }
  };
  root.addEventListener('focusin', event => set(event, true));
  root.addEventListener('focusout', event => set(event, false));
  root.addEventListener('mouseover', event => set(event, true));
  root.addEventListener('mouseout', event => set(event, false));
}

function reason(flag: IFlag | undefined, { trans }: IContext): string {
  return flag ? `${flagName(flag.kind, trans)}: ${flag.message}` : '';
}

function flagId(number: number, { prefix }: IContext): string {
  return `${prefix}-flag-${number}`;
}
