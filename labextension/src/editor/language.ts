import { StreamLanguage, type StringStream } from '@codemirror/language';
import { magicLine } from '../common/magic';

interface IState {
  /** Which line of the cell is read: blank ones before the magic, the magic, or the text below. */
  where: 'before' | 'magic' | 'text';
  /** Words of the magic's line so far. */
  words: number;
}

/** A cell of `%%slm`: the magic with its options, and below it a text, which is no code. */
export const slmCell = StreamLanguage.define<IState>({
  name: 'slm-magic',
  startState: () => ({ where: 'before', words: 0 }),
  copyState: state => ({ ...state }),
  token: (stream, state) => {
    if (stream.sol() && state.where === 'magic') {
      state.where = 'text';
    }
    if (state.where === 'text') {
      return plain(stream);
    }
    if (stream.eatSpace()) {
      return null;
    }
    state.where = 'magic';
    state.words += 1;
    return word(stream, state.words);
  },
  languageData: {
    // Apostrophes and brackets of a text come alone.
    closeBrackets: { brackets: [] }
  }
});

/** Whether a cell with this source is one of `%%slm`. */
export function isSlmCell(source: string): boolean {
  return magicLine(source) !== null;
}

/**
 * Words of the text have a name and no colour.
 *
 * Without one, JupyterLab's completion takes the word at the cursor for empty, and while typing
 * offers everything that is in the cell.
 */
function plain(stream: StringStream): string | null {
  if (stream.match(/^[\p{L}\p{M}\p{N}_]+/u)) {
    return 'content';
  }
  stream.next();
  stream.match(/^[^\p{L}\p{M}\p{N}_]+/u);
  return null;
}

function word(stream: StringStream, number: number): string {
  if (number === 1) {
    stream.match(/^\S+/);
    return 'keyword';
  }
  if (stream.match(/^--?[A-Za-z][\w-]*/)) {
    return 'attributeName';
  }
  if (stream.match(/^(["'])(?:(?!\1).)*\1?/)) {
    return 'string';
  }
  if (stream.match(/^(?:<<|[=,])/)) {
    return 'operator';
  }
  if (!stream.match(/^[^\s=,<"']+/)) {
    stream.next();
  }
  return number === 2 ? 'variableName.standard' : 'variableName';
}
