// SPDX-License-Identifier: Apache-2.0
import type { Source } from '../../api/client';
import { partInWords } from '../../parts/act/words';
import { columnsOf, DataTable } from '../../parts/DataTable';
import { type Rule, rulesOf } from './record';

const column = columnsOf<Rule>();

const MODES: Record<string, string> = {
  force: 'each time',
  require: 'each time, and nobody gets in without',
  suggest: 'for somebody new',
  ignore: 'left out',
};

/** Which part of a person comes from which attributes, and when it counts. */
export function Mapping({ source }: { source: Source }) {
  return (
    <DataTable
      caption="What its words mean here"
      columns={COLUMNS}
      rows={rulesOf(source)}
      rowId={(rule) => String(rule.index)}
      empty="There is no rule: nothing is taken from it but who somebody is."
    />
  );
}

const COLUMNS = column.columns([
  column.accessor('index', {
    header: 'Rule',
    cell: ({ row }) => <span className="mono">rules[{row.original.index}]</span>,
  }),
  column.accessor('to', { header: 'Gives', cell: ({ row }) => partInWords(row.original.to) }),
  column.accessor('from', {
    header: 'From',
    cell: ({ row }) => <span className="mono">{row.original.from}</span>,
  }),
  column.accessor('mode', {
    header: 'Counts',
    cell: ({ row }) => MODES[row.original.mode] ?? row.original.mode,
  }),
  column.accessor('when', {
    header: 'If',
    cell: ({ row }) => <span className="mono">{row.original.when}</span>,
  }),
]);
