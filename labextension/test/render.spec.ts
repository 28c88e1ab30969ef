import { RenderMimeRegistry, standardRendererFactories } from '@jupyterlab/rendermime';
import { nullTranslator } from '@jupyterlab/translation';
import { Panel, Widget } from '@lumino/widgets';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Characters, count } from '../src/common/characters';
import { MIME_TYPE, read, type IRedaction, type ITranslation } from '../src/render/data';
import { numbers, pieces } from '../src/render/pieces';
import { chips } from '../src/render/redaction';
import { blocks } from '../src/render/translation';
import { ResultRenderer } from '../src/render/widget';

// Lumino and the Jupyter widgets look for these when they are imported; jsdom has neither.
vi.hoisted(() => {
  Object.assign(globalThis, { DragEvent: class extends MouseEvent {} });
  Object.assign(window, { matchMedia: () => ({ matches: false, addListener: () => undefined }) });
});

const HOSTILE = '<img src=x onerror=alert(1)><script>alert(2)</script>';

const TRANSLATION = {
  schema: 1,
  task: 'translate',
  text: `🍎🍎 Il en reste 71.\n\nFin ${HOSTILE}.`,
  flags: [
    { kind: 'number_changed', message: '17 became 71.', start: 15, end: 17 },
    { kind: 'repetition', message: 'Said again.', start: 6, end: 17 },
    { kind: 'length_ratio', message: 'It is 3.0 times as long.', start: null, end: null }
  ],
  model: { name: 'some-model', revision: '1', sha256: 'ab' },
  models: [],
  elapsed: 1.25,
  source: 'en',
  target: 'fr',
  source_text: `🍎🍎 17 are left.\n\nEnd ${HOSTILE}.`,
  pivot: null,
  segments: [
    { source: '🍎🍎 17 are left.', text: '🍎🍎 Il en reste 71.', translated: true, flags: [] },
    { source: '\n\n', text: '\n\n', translated: false, flags: [] },
    { source: `End ${HOSTILE}.`, text: `Fin ${HOSTILE}.`, translated: true, flags: [] }
  ]
};
const SUMMARY = {
  schema: 1,
  task: 'summarize',
  text: 'Sales rose 🎉. Costs fell.',
  flags: [],
  model: null,
  elapsed: 0.1,
  style: 'extractive',
  domain: 'finance',
  sentences: [
    { text: 'Sales rose 🎉.', start: 3, end: 16, score: 0.5 },
    { text: 'Costs fell.', start: 17, end: 28, score: null }
  ]
};
const REDACTION = {
  schema: 1,
  task: 'redact',
  text: '🦊 Ask <PERSON_1> or ***, 739204118572.',
  flags: [{ kind: 'low_score', message: 'Left a long number.', start: 25, end: 37 }],
  model: { name: 'pii-minilm', revision: '1', sha256: 'ab' },
  elapsed: 0.1,
  operator: 'tag',
  counts: { PERSON: 1, PHONE_NUMBER: 1 },
  spans: [
    { entity_type: 'PERSON', start: 6, end: 15, score: 0.9, placeholder: '<PERSON_1>' },
    { entity_type: 'PHONE_NUMBER', start: 19, end: 31, score: 0.8, placeholder: '***' }
  ]
};
const LIST = {
  schema: 1,
  task: 'list',
  rows: 12,
  missing: 1,
  flagged: 1,
  models: ['some-model'],
  elapsed: 3,
  results: [
    null,
    {
      task: 'translate',
      text: 'Il en reste 71.',
      source_text: '17 are left.',
      source: 'en',
      target: 'fr',
      flags: [{ kind: 'number_changed', message: '17 became 71.', start: 12, end: 14 }]
    }
  ]
};

describe('Characters', () => {
  it('counts as Python does', () => {
    const text = new Characters('a🍎b🍎b');
    expect([text.length, count('🍎'), count('é')]).toEqual([5, 1, 1]);
    expect(text.slice(1, 3)).toBe('🍎b');
    expect([text.find('b', 0), text.find('b', 3), text.find('c', 0)]).toEqual([2, 4, -1]);
  });
});

describe('pieces', () => {
  it('cuts at the ends of places that overlap, and leaves out those that lie outside', () => {
    const places = [
      { start: 2, end: 6 },
      { start: 4, end: 99 },
      { start: null, end: null },
      { start: 9, end: 9 },
      { start: 50, end: 60 }
    ];
    const found = pieces(new Characters('0123456789'), places);
    expect(found.map(piece => [piece.text, piece.at])).toEqual([
      ['01', []],
      ['23', [0]],
      ['45', [0, 1]],
      ['6789', [1]]
    ]);
    expect(found.map(numbers)).toEqual(['', '', '1', '2']);
  });
});

describe('read', () => {
  it('takes each kind of result', () => {
    const tasks = [TRANSLATION, SUMMARY, REDACTION, LIST].map(one => read(one)?.task);
    expect(tasks).toEqual(['translate', 'summarize', 'redact', 'list']);
  });

  it('takes nothing of a newer schema, another task or the wrong shape', () => {
    for (const wrong of [
      null,
      'text',
      [],
      {},
      { ...TRANSLATION, schema: 2 },
      { ...TRANSLATION, task: 'paint' },
      { ...TRANSLATION, task: 'constructor' },
      { ...TRANSLATION, text: 5 },
      { ...TRANSLATION, flags: [{ kind: 'x' }] },
      { ...TRANSLATION, segments: 'none' },
      { ...SUMMARY, sentences: [{}] },
      { ...REDACTION, counts: [] },
      { ...LIST, results: [{}] }
    ]) {
      expect(read(wrong)).toBeNull();
    }
  });
});

describe('blocks', () => {
  const cut = (data: ITranslation) => {
    const text = new Characters(data.text);
    return blocks(data).map(block => [block.source, text.slice(block.start, block.end)]);
  };

  it('are the paragraphs', () => {
    expect(cut(read(TRANSLATION) as ITranslation)).toEqual([
      ['🍎🍎 17 are left.', '🍎🍎 Il en reste 71.'],
      [`End ${HOSTILE}.`, `Fin ${HOSTILE}.`]
    ]);
  });

  it('keep what stands before a translated piece with it', () => {
    const segments = [
      { source: '# ', text: '# ', translated: false },
      { source: 'One', text: 'Un', translated: true },
      { source: '\n\n- ', text: '\n\n- ', translated: false },
      { source: 'two', text: 'deux', translated: true },
      { source: ' ', text: ' ', translated: false },
      { source: 'three', text: 'trois', translated: true },
      { source: '\n```\nx = 1\n```\n', text: '\n```\nx = 1\n```\n', translated: false },
      { source: 'end', text: 'fin', translated: true }
    ];
    const data = {
      ...TRANSLATION,
      segments,
      text: segments.map(one => one.text).join(''),
      source_text: segments.map(one => one.source).join('')
    };
    expect(cut(read(data) as ITranslation)).toEqual([
      ['# One', '# Un'],
      ['- two three', '- deux trois'],
      ['```\nx = 1\n```', '```\nx = 1\n```'],
      ['end', 'fin']
    ]);
  });

  it('are one where the segments are not the text', () => {
    const data = read({ ...TRANSLATION, segments: [] }) as ITranslation;
    expect(cut(data)).toEqual([[data.sourceText, data.text]]);
  });
});

describe('chips', () => {
  it('stand where the placeholders are', () => {
    const data = read(REDACTION) as IRedaction;
    const text = new Characters(data.text);
    expect(chips(data).map(chip => text.slice(chip.start, chip.end))).toEqual([
      '<PERSON_1>',
      '***'
    ]);
  });

  it('are left out where the spans do not fit', () => {
    const spans = [{ ...REDACTION.spans[0], start: 90, end: 95 }];
    expect(chips(read({ ...REDACTION, spans }) as IRedaction)).toEqual([]);
  });
});

describe('ResultRenderer', () => {
  const rendermime = new RenderMimeRegistry({ initialFactories: standardRendererFactories });
  let renderer: ResultRenderer;

  beforeEach(() => {
    const trans = nullTranslator.load('slm_magic');
    renderer = new ResultRenderer({ rendermime, trans, locale: 'en' });
  });
  afterEach(() => renderer.dispose());

  const show = async (data: unknown, others: Record<string, string> = {}) => {
    const bundle = { [MIME_TYPE]: data, ...others } as Record<string, string>;
    await renderer.renderModel(rendermime.createModel({ data: bundle }));
    return renderer.node;
  };
  const texts = (selector: string) =>
    [...renderer.node.querySelectorAll(selector)].map(node => node.textContent);
  const button = (name: string) =>
    [...renderer.node.querySelectorAll('button')].find(one => one.textContent === name);

  it('marks what looks wrong, with the reason at hand', async () => {
    const node = await show(TRANSLATION);
    const marks = [...node.querySelectorAll('mark')];
    expect(marks.map(mark => mark.textContent)).toEqual(['en reste ', '71']);
    const described = marks[1]?.getAttribute('aria-describedby')?.split(' ') ?? [];
    const told = described.map(id => node.querySelector(`[id="${id}"]`)?.textContent);
    expect(told).toEqual(['Number changed 17 became 71.', 'Repetition Said again.']);
    expect(marks.map(mark => mark.getAttribute('tabindex'))).toEqual(['0', '0']);
    expect(texts('.jp-SlmResult-flags > li')).toHaveLength(3);
    expect(texts('.jp-SlmResult-facts > li')).toEqual([
      'English → French',
      'some-model',
      '1.3 s',
      '3 flags'
    ]);
  });

  it('lets a text be no markup', async () => {
    const node = await show(TRANSLATION);
    expect(node.textContent).toContain(HOSTILE);
    expect(node.querySelector('img, script')).toBeNull();
  });

  it('shows a table when asked, and the text again', async () => {
    const node = await show(TRANSLATION);
    expect(node.querySelector('table')).toBeNull();
    button('Show as Table')?.click();
    expect(texts('tbody tr')).toHaveLength(2);
    expect(button('Show as Table')?.getAttribute('aria-pressed')).toBe('true');
    expect(texts('mark')).toEqual(['en reste ', '71']);
    button('Show as Table')?.click();
    expect(node.querySelector('table')).toBeNull();
  });

  it('shows chips, with their type where the placeholder does not say it', async () => {
    const node = await show(REDACTION);
    const found = [...node.querySelectorAll('.jp-SlmResult-chip')];
    expect(found.map(chip => [chip.textContent, chip.getAttribute('data-type')])).toEqual([
      ['<PERSON_1>', null],
      ['***', 'PHONE_NUMBER']
    ]);
    expect(texts('mark')).toEqual(['739204118572']);
    expect(texts('.jp-SlmResult-facts > li').slice(0, 2)).toEqual(['1 PERSON', '1 PHONE_NUMBER']);
  });

  describe('of a summary', () => {
    const cell = (source: string) => {
      const panel = new Panel();
      panel.addClass('jp-CodeCell');
      Object.assign(panel, { model: { sharedModel: { getSource: () => source } } });
      return panel;
    };
    const attach = (source: string) => {
      const panel = cell(source);
      panel.addWidget(renderer);
      Widget.attach(panel, document.body);
      return panel;
    };

    it('marks the sentences in the text of its cell', async () => {
      await show(SUMMARY);
      expect(texts('.jp-SlmResult-sentences > li')).toEqual(['Sales rose 🎉.', 'Costs fell.']);
      const panel = attach('%%slm summarize\n🍏: Sales rose 🎉. Costs fell. Rain.');
      expect(texts('.jp-SlmResult-source mark')).toEqual(['Sales rose 🎉.', 'Costs fell.']);
      renderer.parent = null;
      panel.dispose();
    });

    it('shows no text that is another', async () => {
      await show(SUMMARY);
      const panel = attach('%%slm summarize\nIt was edited. Sales rose 🎉. Costs fell.');
      expect(texts('.jp-SlmResult-source')).toEqual([]);
      renderer.parent = null;
      panel.dispose();
    });
  });

  it('shows the first of a list', async () => {
    await show(LIST);
    expect(texts('thead th')).toEqual(['Row', 'Text', 'Result', 'Flags']);
    expect(texts('tbody tr:last-child td').slice(0, 3)).toEqual([
      '1',
      '17 are left.',
      'Il en reste 71.'
    ]);
    expect(texts('mark')).toEqual(['71']);
    expect(texts('.jp-SlmResult-facts > li')[0]).toBe('12 results, the first 2 shown');
  });

  it('leaves what it does not know to the other forms', async () => {
    const newer = { ...SUMMARY, schema: 2 };
    await show(newer, { 'text/plain': 'plain words' });
    expect(texts('pre')).toEqual(['plain words']);
    await show(newer);
    expect(renderer.node.textContent).toContain('another version');
    await show(SUMMARY);
    expect(renderer.node.textContent).not.toContain('another version');
    expect(texts('.jp-SlmResult-sentences > li')).toHaveLength(2);
  });
});
