import { describe, expect, it } from 'vitest';
import { Decisions, grouped } from '../src/notebooks/finds';
import { beside, copyName, isName } from '../src/notebooks/names';
import type { IFind } from '../src/notebooks/types';

function find(id: number, type: string, text: string, placeholder: string): IFind {
  const around = { before: 'Before ', after: ' after' };
  return {
    id,
    cell: id,
    place: 'source',
    field: 'code',
    type,
    score: 1,
    placeholder,
    text,
    ...around
  };
}

const FINDS = [
  find(0, 'EMAIL_ADDRESS', 'a@b.example.org', '<EMAIL_ADDRESS_1>'),
  find(1, 'PERSON', 'Rossi', '<PERSON_1>'),
  find(2, 'PERSON', 'Otto Brandt', '<PERSON_2>'),
  find(3, 'PERSON', 'Maria Rossi', '<PERSON_1>')
];

describe('finds', () => {
  it('are grouped by type, most first, and by who they are of', () => {
    const types = grouped(FINDS);
    expect(types.map(({ type, finds }) => [type, finds.length])).toEqual([
      ['PERSON', 3],
      ['EMAIL_ADDRESS', 1]
    ]);
    expect(types[0]?.groups.map(({ text, finds }) => [text, finds.map(one => one.id)])).toEqual([
      ['Maria Rossi', [1, 3]],
      ['Otto Brandt', [2]]
    ]);
  });

  it('are all accepted at first, and none is once its group is rejected', () => {
    const decisions = new Decisions(FINDS);
    expect([decisions.accepted, decisions.rejected, decisions.touched]).toEqual([4, [], false]);
    const [people] = decisions.types;
    const [maria] = people?.groups ?? [];
    decisions.toggle(maria?.finds ?? []);
    expect(decisions.rejected).toEqual([1, 3]);
    expect(decisions.touched).toBe(true);
    expect(decisions.state(maria?.finds ?? [])).toBe('none');
    expect(decisions.state(people?.finds ?? [])).toBe('some');
    // What is half accepted is accepted whole, and only then rejected.
    decisions.toggle(people?.finds ?? []);
    expect(decisions.rejected).toEqual([]);
    decisions.toggle(people?.finds ?? []);
    expect(decisions.rejected).toEqual([1, 2, 3]);
    expect(FINDS.filter(one => decisions.accepts(one)).map(one => one.id)).toEqual([0]);
  });

  it('are shown a line each, below their group and their type', () => {
    const decisions = new Decisions(FINDS);
    const lines = (only?: string) => decisions.rows(only).map(row => `${row.level} ${row.key}`);
    expect(lines()).toEqual([
      '1 PERSON',
      '2 PERSON:<PERSON_1>',
      '3 #1',
      '3 #3',
      '2 PERSON:<PERSON_2>',
      '3 #2',
      '1 EMAIL_ADDRESS',
      '2 EMAIL_ADDRESS:<EMAIL_ADDRESS_1>',
      '3 #0'
    ]);
    decisions.open('PERSON:<PERSON_1>', false);
    expect(lines('PERSON')).toEqual([
      '1 PERSON',
      '2 PERSON:<PERSON_1>',
      '2 PERSON:<PERSON_2>',
      '3 #2'
    ]);
    decisions.open('PERSON', false);
    expect(lines('PERSON')).toEqual(['1 PERSON']);
  });

  it('are shown by group first where they are many', () => {
    const many = Array.from({ length: 2000 }, (_, id) =>
      find(id, 'PERSON', `P${id % 7}`, `${id % 7}`)
    );
    expect(new Decisions(many).rows()).toHaveLength(8);
  });
});

describe('names of copies', () => {
  it('have the language before the end, and lie beside the notebook', () => {
    expect(copyName('notes/rain.ipynb', 'fr')).toBe('rain.fr.ipynb');
    expect(copyName('Rain.IPYNB', 'redacted')).toBe('Rain.redacted.ipynb');
    expect(copyName('rain', 'de')).toBe('rain.de.ipynb');
    expect(beside('notes/rain.ipynb', 'pluie.ipynb')).toBe('notes/pluie.ipynb');
    expect(beside('rain.ipynb', 'pluie.ipynb')).toBe('pluie.ipynb');
  });

  it('are those of a notebook in the same folder', () => {
    expect(['a.ipynb', 'a b.fr.IPYNB', 'été.ipynb'].every(isName)).toBe(true);
    expect(
      ['', '.ipynb', 'a.py', '../a.ipynb', 'b/a.ipynb', 'b:a.ipynb', '.a.ipynb'].some(isName)
    ).toBe(false);
  });
});
