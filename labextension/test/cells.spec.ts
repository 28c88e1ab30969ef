import { YNotebook } from '@jupyter/ydoc';
import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it, vi } from 'vitest';
import type { IJob, IResult } from '../src/client';
import { NoticeRow, ProgressRow } from '../src/cells/row';
import { asOneStep } from '../src/cells/steps';
import { bullets, redacted } from '../src/cells/texts';

const trans = nullTranslator.load('slm_magic');

function summary(...texts: string[]): IResult {
  return {
    schema: 1,
    task: 'summarize',
    text: texts.join(' '),
    flags: [],
    model: { name: 'm', revision: '1', sha256: '' },
    elapsed: 0,
    sentences: texts.map(text => ({ text }))
  };
}

function job(state: IJob['state'], done: number, total: number | null): IJob {
  return {
    id: 'a',
    task: 'translate',
    model: null,
    state,
    progress: { what: 'Translating', unit: 'sentence', done, total },
    error: null,
    created: '',
    started: null,
    ended: null
  };
}

describe('bullets', () => {
  it('writes one line a sentence', () => {
    const made = bullets(summary('The **ship**\nis late.', 'It rains.'), true);
    expect(made).toBe('- The **ship** is late.\n- It rains.');
  });

  it('shows the signs of a plain text as they are', () => {
    const made = bullets(summary('a * b < c_d # [x] $5'), false);
    expect(made).toBe('- a \\* b \\< c\\_d \\# \\[x\\] \\$5');
  });

  it('takes the text where there are no sentences', () => {
    expect(bullets({ ...summary(), text: 'All of it.' }, true)).toBe('- All of it.');
  });
});

describe('redacted', () => {
  const tag = (source: string, ...words: [string, string][]) => {
    let from = 0;
    const spans = words.map(([word, placeholder]) => {
      const at = source.indexOf(word, from);
      from = at + word.length;
      // As the server counts: letters, not halves of them.
      const start = Array.from(source.slice(0, at)).length;
      return { start, end: start + Array.from(word).length, placeholder };
    });
    return redacted(source, spans);
  };

  it('escapes placeholders, which would be elements of HTML', () => {
    expect(tag('I am *Mia*, hi.', ['Mia', '<PERSON_1>'])).toBe('I am *\\<PERSON_1>*, hi.');
    expect(tag('Card 4111.', ['4111', '****'])).toBe('Card \\*\\*\\*\\*.');
  });

  it('leaves them as they are in code', () => {
    const source = 'Mia\n```sh\nmail Mia\n```\nand ``a`Mia`` and Mia\n\n~~~\nMia';
    const words = Array.from({ length: 5 }, (): [string, string] => ['Mia', '<P>']);
    expect(tag(source, ...words)).toBe(
      '\\<P>\n```sh\nmail <P>\n```\nand ``a`<P>`` and \\<P>\n\n~~~\n<P>'
    );
  });

  it('does not take a lone backtick for code', () => {
    expect(tag('A ` sign.\n\nMia and `', ['Mia', '<P>'])).toBe('A ` sign.\n\n\\<P> and `');
  });

  it('counts as the server does', () => {
    const source = '🚲 Mia 👩‍👩‍👧 `Ola` 🚲 Mia.';
    const words: [string, string][] = [
      ['Mia', '<P1>'],
      ['Ola', '<P2>'],
      ['Mia', '<P1>']
    ];
    expect(tag(source, ...words)).toBe('🚲 \\<P1> 👩‍👩‍👧 `<P2>` 🚲 \\<P1>.');
  });

  it('keeps a text in which nothing was found', () => {
    expect(redacted('a < b 🚲', [])).toBe('a < b 🚲');
  });
});

describe('a change as one step', () => {
  it('is undone alone, between what is typed just before and after', () => {
    const notebook = new YNotebook({ disableDocumentWideUndoRedo: true });
    const cell = notebook.insertCell(0, { cell_type: 'markdown', source: 'Rain' });
    cell.updateSource(4, 4, '!');
    asOneStep(cell, () => cell.setSource('Pluie !'));
    cell.updateSource(7, 7, ' Non.');
    cell.undo();
    expect(cell.getSource()).toBe('Pluie !');
    cell.undo();
    expect(cell.getSource()).toBe('Rain!');
    cell.redo();
    expect(cell.getSource()).toBe('Pluie !');
  });

  it('inserts a cell that is undone alone', () => {
    const notebook = new YNotebook({ disableDocumentWideUndoRedo: true });
    const add = (source: string) =>
      notebook.insertCell(notebook.cells.length, { cell_type: 'markdown', source });
    add('a');
    asOneStep(notebook, () => add('b'));
    add('c');
    notebook.undo();
    notebook.undo();
    expect(notebook.cells.map(cell => cell.getSource())).toEqual(['a']);
    notebook.redo();
    expect(notebook.cells.map(cell => cell.getSource())).toEqual(['a', 'b']);
  });
});

describe('a row of progress', () => {
  it('tells how far the work is and is cancelled by its button and by Escape', () => {
    const cancel = vi.fn();
    const row = new ProgressRow('Translating', cancel, trans);
    const bar = row.node.querySelector('progress');
    expect(bar?.hasAttribute('value')).toBe(false);
    row.tell(job('running', 2, 5), false);
    expect([bar?.value, bar?.max]).toEqual([2, 5]);
    expect(row.node.textContent).toContain('2 of 5');
    row.tell(job('running', 0, null), false);
    expect(bar?.hasAttribute('value')).toBe(false);
    row.tell(job('waiting', 0, null), true);
    expect(row.node.textContent).toContain('Waiting for other work');
    row.node.querySelector('button')?.click();
    row.node.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
    row.node.dispatchEvent(new KeyboardEvent('keydown', { key: 'a' }));
    expect(cancel).toHaveBeenCalledTimes(2);
  });
});

describe('a notice', () => {
  it('shows text as text, with its buttons', () => {
    const dismiss = vi.fn();
    const run = vi.fn();
    const action = { label: 'Show models', run };
    const lines = ['<b>One</b>', 'Two'];
    const row = new NoticeRow({ lines, kind: 'error', dismiss, action }, trans);
    expect([...row.node.querySelectorAll('p')].map(p => p.textContent)).toEqual(lines);
    const [show, hide] = row.node.querySelectorAll('button');
    show?.click();
    hide?.click();
    expect([run.mock.calls.length, dismiss.mock.calls.length]).toEqual([1, 1]);
  });
});
