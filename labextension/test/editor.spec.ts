import { history, insertNewlineAndIndent, undo } from '@codemirror/commands';
import { pythonLanguage } from '@codemirror/lang-python';
import { language, LanguageSupport, syntaxTree } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import { Signal } from '@lumino/signaling';
import { afterEach, describe, expect, it } from 'vitest';
import { magicBody, magicLine } from '../src/common/magic';
import { isCodeCell, slmCells } from '../src/editor/extension';

describe('magicLine', () => {
  it('is where IPython takes one', () => {
    for (const source of [
      '%%slm',
      '%%slm ',
      '%%slm translate --to fr\nText',
      '\n  \n%%slm redact\nText',
      '  %%slm redact\n  Text'
    ]) {
      const line = magicLine(source);
      expect(line && source.slice(line.from, line.to)).toMatch(/^%%slm/);
    }
  });

  it('is nowhere else', () => {
    for (const source of [
      '',
      '%slm translate',
      '%%slmx',
      '%% slm',
      '%%slm?',
      '%%slm\tredact',
      'x = 1\n%%slm redact',
      '# %%slm'
    ]) {
      expect(magicLine(source)).toBeNull();
    }
  });

  it('has the text below it', () => {
    expect(magicBody('\n%%slm redact\nOne\ntwo')).toBe('One\ntwo');
    expect(magicBody('%%slm redact')).toBe('');
    expect(magicBody('print(1)')).toBeNull();
  });
});

describe('slmCells', () => {
  let view: EditorView;
  afterEach(() => view.destroy());

  class Model {
    type = 'code';
    mimeType = 'text/x-ipython';
    readonly mimeTypeChanged = new Signal<this, void>(this);
    constructor(source: string) {
      this.sharedModel = { source };
    }
    readonly sharedModel: { source: string };
  }
  let model: Model;

  const open = (source: string) => {
    model = new Model(source);
    const extensions = [
      history(),
      slmCells(model as unknown as CodeEditor.IModel),
      new LanguageSupport(pythonLanguage)
    ];
    view = new EditorView({ state: EditorState.create({ doc: source, extensions }) });
  };
  const named = () => view.state.facet(language)?.name;
  const nodes = () => {
    const found: string[] = [];
    syntaxTree(view.state).iterate({
      enter: node => void found.push(`${node.name}:${view.state.sliceDoc(node.from, node.to)}`)
    });
    return found.slice(1);
  };

  it('reads options as such and the text as text', () => {
    open('%%slm translate --to fr -o "x y"\nfor all it\'s worth: return {');
    expect(named()).toBe('slm-magic');
    const [line, text] = [nodes().slice(0, 6), nodes().slice(6)];
    expect(text.map(node => node.split(':')[0])).toEqual(Array(6).fill('content'));
    expect(text[0]).toBe('content:for');
    expect(line).toEqual([
      'keyword:%%slm',
      'variableName.standard:translate',
      'attributeName:--to',
      'variableName:fr',
      'attributeName:-o',
      'string:"x y"'
    ]);
  });

  it('leaves other cells as they are', () => {
    open('for x in range(3): pass');
    expect(named()).toBe('python');
    expect(nodes()).toContain('for:for');
  });

  it('follows what is typed, and undo', () => {
    open('slm redact\nif so:');
    view.dispatch({ changes: { from: 0, insert: '%%' } });
    expect(named()).toBe('slm-magic');
    view.dispatch({ changes: { from: 0, insert: 'x' } });
    expect(named()).toBe('python');
    undo(view);
    expect(view.state.doc.toString()).not.toMatch(/^x/);
    expect(named()).toBe(view.state.doc.toString().startsWith('%%') ? 'slm-magic' : 'python');
  });

  it('follows the kernel', () => {
    open('%%slm redact\nText');
    model.mimeType = 'text/x-rsrc';
    model.mimeTypeChanged.emit();
    expect(named()).toBe('python'); // what JupyterLab has set, here
    model.mimeType = 'text/x-python';
    model.mimeTypeChanged.emit();
    expect(named()).toBe('slm-magic');
  });

  it('indents no text as Python', () => {
    const end = (source: string) => {
      open(source);
      view.dispatch({ selection: { anchor: source.length } });
      insertNewlineAndIndent(view);
      return view.state.doc.lineAt(view.state.selection.main.head).text;
    };
    expect(end('if so:')).not.toBe('');
    view.destroy();
    expect(end('%%slm redact\nif so:')).toBe('');
  });

  it('closes no bracket of a text', () => {
    open('%%slm redact\nText');
    const [config] = view.state.languageDataAt<{ brackets: string[] }>('closeBrackets', 15);
    expect(config?.brackets).toEqual([]);
  });

  it('is for code cells', () => {
    open('');
    expect(isCodeCell(model as unknown as CodeEditor.IModel)).toBe(true);
    model.type = 'markdown';
    expect(isCodeCell(model as unknown as CodeEditor.IModel)).toBe(false);
  });
});
